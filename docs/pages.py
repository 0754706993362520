"""The pages of the documentation that are made from the program, so that they cannot lag behind it."""

from collections.abc import Iterator

import click

from tracker.cli import root
from tracker.config import SECRETS, table, toml_value

NOTE = "<!-- Made by `python -m docs`; do not edit. -->"


def pages() -> dict[str, str]:
    """The text of each made page by its name."""
    return {"cli.md": "\n".join(_cli()) + "\n", "settings.md": "\n".join(_settings()) + "\n"}


def _cli() -> Iterator[str]:
    yield from ("# Commands", NOTE)
    for words, command in commands(root, ("tracker",)):
        context = click.Context(command, info_name=" ".join(words))
        with context:
            help_text = command.get_help(context)
        yield from (
            f"\n## {' '.join(words)}\n",
            "```",
            *(line.rstrip() for line in help_text.splitlines()),
            "```",
        )


def commands(group: click.Group, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command below a group, with the words one types for it."""
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


def _settings() -> Iterator[str]:
    yield from ("# Settings", NOTE, "")
    yield "In `config/tracker.toml`, or where `TRACKER_CONFIG` points. The environment goes before the file."
    yield from ("", "| Key | Default | Environment | Meaning |", "|---|---|---|---|")
    for each in table():
        facts = each.metadata
        env = f"`{facts['env']}`" if facts["env"] else ""
        default = f"`{toml_value(facts['printed'])}`"
        yield f"| `{facts['key']}` | {default} | {env} | {facts['comment']} |"
    yield from ("", "## Environment alone", "", "| Name | Meaning |", "|---|---|")
    yield from (f"| `{name}` | {meaning} |" for name, meaning in ENVIRONMENT.items())
    for name in SECRETS:
        yield f"| `{name}`, `{name}_FILE` | a secret, or a file that holds it, readable by its owner only |"


ENVIRONMENT = {
    "TRACKER_DB": "the database: an SQLAlchemy URL, or the path of an SQLite file; default `tracker.db`",
    "TRACKER_CONFIG": "the settings file; default `config/tracker.toml` in the working folder, if it exists",
    "TRACKER_NOW": "sets the clock, in a rehearsal: ISO date and time with offset",
    "TRACKER_ACTOR": "who is written into the history; default the account's name",
}
