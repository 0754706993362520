"""Reads a plan from a file: the text form of the published table, or our own JSON export."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.errors import InputError, UnreadableFile
from tracker.plans.json_format import plan_from_json
from tracker.plans.model import Plan, Source
from tracker.plans.text_table import read_text_plan

LARGEST_BYTES = 50 * 1024 * 1024
_MAGIC = {
    b"%PDF": "a PDF file; save its table as text with tabs (.txt) and import that.",
    b"PK\x03\x04": "a Word, Excel or ZIP file; save its table as text with tabs (.txt) and import that.",
    b"\xd0\xcf\x11\xe0": "an old Office file; save its table as text with tabs (.txt) and import that.",
}


def read_plan(path: Path, *, fiscal_year: int | None = None, agency: str | None = None) -> Plan:
    """The plan in a file; UnreadableFile says in one sentence what is wrong with it and what to do.

    The fiscal year (BE) and the agency given take the place of those printed in a text document. Rules are
    those that the document's words set, none by default.
    """
    content = _content(path)
    text = _decoded(path, content)
    if path.suffix.casefold() == ".json" or text.lstrip()[:1] == "{":
        return _read_json(path, text, fiscal_year=fiscal_year, agency=agency)
    source = Source(path.name, hashlib.sha256(content).hexdigest())
    try:
        return read_text_plan(text, source, fiscal_year=fiscal_year, agency=agency)
    except InputError as problem:
        raise UnreadableFile(path, str(problem)) from problem


def with_default_cadence(plan: Plan, cadence: Cadence) -> Plan:
    """The plan with a rule of origin "default" on every measure that has no rule."""
    rule = Rule(cadence, origin=RuleOrigin.DEFAULT)
    return replace(
        plan, measures=tuple(each if each.rules else replace(each, rules=(rule,)) for each in plan.measures)
    )


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise UnreadableFile(path, "is a folder; name the file of the plan in it.")
        if path.stat().st_size > LARGEST_BYTES:
            raise UnreadableFile(path, "is larger than 50 MB and no plan document; name another file.")
        return path.read_bytes()
    except FileNotFoundError as problem:
        raise UnreadableFile(path, "there is no such file; check the name and the folder.") from problem
    except OSError as problem:
        raise UnreadableFile(
            path, f"cannot be opened ({problem.strerror}); check that you may read it."
        ) from problem


def _decoded(path: Path, content: bytes) -> str:
    for magic, kind in _MAGIC.items():
        if content.startswith(magic):
            raise UnreadableFile(path, f"is {kind}")
    if b"\0" not in content[:4096]:
        for encoding in ("utf-8-sig", "cp874"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise UnreadableFile(path, "is not text in UTF-8 or Thai Windows (cp874); save it as UTF-8 text.")


def _read_json(path: Path, text: str, *, fiscal_year: int | None, agency: str | None) -> Plan:
    try:
        plan = plan_from_json(json.loads(text, parse_constant=_refuse_constant))
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        text = f"is not complete JSON ({problem.msg}, {where}); export the plan again."
        raise UnreadableFile(path, text) from problem
    except (InputError, RecursionError) as problem:
        raise UnreadableFile(path, f"is no exported plan: {problem}") from problem
    if fiscal_year not in (None, plan.fiscal_year):
        raise UnreadableFile(path, f"is the plan of fiscal year {plan.fiscal_year}, not of {fiscal_year}.")
    return replace(plan, agency=agency or plan.agency)


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no number of JSON.")
