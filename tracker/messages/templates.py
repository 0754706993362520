"""Jinja2 as the messages use it: where templates come from, what they may call, how their faults are told.

Importing this module loads Jinja2, so ``render`` imports it only when there is a message to write.
"""

import re
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2

from tracker.errors import ConfigError
from tracker.messages.gist import earlier
from tracker.messages.labels import date_filters, period_facts, with_digits
from tracker.messages.telephone import dial

_FAULTS = (
    jinja2.TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What an office's own template can make Python raise."""

Source = tuple[str, str, Callable[[], bool]]
"""What Jinja2 asks of a loader: the text, its file's name, and whether it is still current."""


class Templates:
    """The templates of one language, found by ``find`` under ``templates/<language>/``.

    A changed file is noticed at the next message. What a template for HTML imports is escaped like itself:
    there is one environment for HTML and one for plain text, each compiling the files for its own use.
    """

    def __init__(self, find: Callable[[str], Path], language: str) -> None:
        self._loader = _Loader(find, f"templates/{language}")
        self._plain = _environment(self._loader, language, escape=False)
        self._html = _environment(self._loader, language, escape=True)

    def render(self, name: str, facts: Mapping[str, Any]) -> str:
        """The template put into text; ConfigError with one sentence that names the file and line at fault."""
        environment = self._html if name.endswith(".html.j2") else self._plain
        try:
            return environment.get_template(name).render(facts)
        except _FAULTS as error:
            path, line = _place(error, name)
            message = error.message if isinstance(error, jinja2.TemplateError) else str(error)
            raise ConfigError(_sentence(path, line, message or type(error).__name__)) from error

    def objection(self, name: str, written: str, problem: str) -> ConfigError:
        """What to say of a line that a template wrote and that cannot be used."""
        source, path, _ = self._loader.get_source(self._plain, name)
        return ConfigError(_sentence(path, _line_of(written, source), f"{written!r}: {problem}"))


class _Loader(jinja2.BaseLoader):
    def __init__(self, find: Callable[[str], Path], folder: str) -> None:
        self._find = find
        self._folder = folder

    def get_source(self, environment: jinja2.Environment, template: str) -> Source:
        path = self._find(f"{self._folder}/{template}")
        try:
            stamp = path.stat().st_mtime_ns
            source = path.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            raise ConfigError(f"The template {path} does not exist; put a file there.") from None
        except (OSError, UnicodeDecodeError) as error:
            problem = type(error).__name__
            raise ConfigError(f"The template {path} cannot be read as UTF-8 ({problem}).") from None
        return source, str(path), lambda: self._is_current(template, path, stamp)

    def _is_current(self, template: str, path: Path, stamp: int) -> bool:
        try:
            return self._find(f"{self._folder}/{template}") == path and path.stat().st_mtime_ns == stamp
        except OSError:
            return False


def _environment(loader: _Loader, language: str, *, escape: bool) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=loader,
        autoescape=escape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(date_filters(language))
    environment.filters.update(digits=with_digits, parts=period_facts, earlier=earlier, dial=dial)
    return environment


def _sentence(path: str, line: int, mistake: str) -> str:
    """One sentence: the file, the line where it is known, and what is wrong."""
    what = " ".join(mistake.split()).rstrip(".")
    where = f"{path}, line {line}" if line else path
    return (
        f"The template {where} has a mistake: {what}; mend it, or remove your copy to use the supplied one."
    )


def _line_of(written: str, source: str) -> int:
    """The line of the template whose fixed beginning fits best; 0 where none does."""
    starts = [re.split(r"\{[{%#]", line.strip())[0] for line in source.split("\n")]
    fitting = [number for number, start in enumerate(starts) if start and written.startswith(start)]
    return 1 + max(fitting, key=lambda number: len(starts[number]), default=-1)


def _place(error: BaseException, name: str) -> tuple[str, int]:
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.filename or name, error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".j2")]
    return (frames[-1].filename, frames[-1].lineno or 0) if frames else (name, 0)
