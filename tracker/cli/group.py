"""How the program finds its commands, and how an error becomes one sentence and an exit status."""

import importlib
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import click

from tracker.errors import TrackerError


class Failure(click.ClickException):
    """A request that could not be carried out: its sentence goes to standard error, once."""

    def show(self, file: Any = None) -> None:
        from tracker.reports.tables import safe  # noqa: PLC0415  not needed to start

        click.echo(f"Error: {safe(self.message)}", err=True)


class LazyGroup(click.Group):
    """A group that loads a command's module when the command is used, and translates its errors."""

    def __init__(self, *args: Any, commands_table: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.commands_table = commands_table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands_table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands_table:
            return None
        module, _, attribute = self.commands_table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in self.commands_table:
            nearest = get_close_matches(args[0], self.commands_table, n=1)
            hint = f" Did you mean '{nearest[0]}'?" if nearest else " See 'tracker --help'."
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The helps come from the table, so that --help loads no command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.commands_table.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except _CLICK_HANDLES:
            raise
        except Exception as error:
            raise Failure(_sentence(error)) from error


_CLICK_HANDLES = (click.ClickException, click.exceptions.Exit, click.Abort, EOFError, BrokenPipeError)


def _sentence(error: Exception) -> str:
    if isinstance(error, TrackerError):
        return str(error)
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"The system refused: {error.strerror or error}{where}."
    if isinstance(error, UnicodeEncodeError):
        return (
            "A text is not readable as UTF-8, so it cannot be kept. Nothing was changed; "
            "check the encoding of the terminal or of the file."
        )
    return _about_database(error) or _unforeseen(error)


def _unforeseen(error: Exception) -> str:
    """Where the program itself is at fault; without the error's text, which may hold a secret."""
    from pathlib import Path  # noqa: PLC0415  not needed to start
    from traceback import extract_tb  # noqa: PLC0415

    own = Path(__file__).parent.parent
    frames = [each for each in extract_tb(error.__traceback__) if own in Path(each.filename).parents]
    place = f"{Path(frames[-1].filename).relative_to(own.parent).as_posix()}, line {frames[-1].lineno}"
    return f"The program has a fault: {type(error).__name__} in {place}. Please report this sentence."


def _about_database(error: Exception) -> str | None:
    """A sentence for an error of the database, without loading SQLAlchemy to know one."""
    if "sqlalchemy.exc" not in sys.modules or not isinstance(error, sys.modules["sqlalchemy.exc"].DBAPIError):
        return None
    detail = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    if "locked" in detail:
        return "The database is locked by another program. Nothing was changed; try again in a moment."
    if "unable to open" in detail:
        return "The database file cannot be opened; check its folder and the rights to it (TRACKER_DB)."
    if "disk is full" in detail or "No space left" in detail:
        return f"The disk is full ({detail}). Nothing was changed."
    if "disk I/O" in detail:
        return f"The disk could not be read or written ({detail}); it may be full. Nothing was changed."
    if "not a database" in detail or "malformed" in detail:
        return f"The file is not a tracker database, or it is damaged ({detail}). Restore a back-up."
    if error.statement is None or "connection" in detail:
        return f"The database cannot be reached ({detail}). Check TRACKER_DB and the server."
    return f"The database refused: {detail}. Nothing was changed."
