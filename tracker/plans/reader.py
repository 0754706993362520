"""Reads a plan from a file: the published table as text, Word, Excel, CSV or HTML, or our own JSON export."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from tracker.domain.cadence import Cadence, Rule, RuleOrigin
from tracker.errors import InputError, UnreadableFile
from tracker.plans.archives import Kind, checked_archive
from tracker.plans.csv_grid import csv_tables, tabbed_tables
from tracker.plans.files import content_of, refuse_other_formats, text_of
from tracker.plans.grid import Progress, Table
from tracker.plans.grid_plan import read_grid_plan
from tracker.plans.html_grid import html_tables
from tracker.plans.json_format import plan_from_json
from tracker.plans.model import Plan, Source
from tracker.plans.text_table import NoPlanTable, read_text_plan

LARGEST_BYTES = 50 * 1024 * 1024
_HTML_ENDINGS, _CSV_ENDINGS = (".html", ".htm"), (".csv", ".tsv")
_HTML_BEGINS = ("<!doctype html", "<html", "<head", "<body", "<table", "<meta")


def read_plan(
    path: Path,
    *,
    fiscal_year: int | None = None,
    agency: str | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """The plan in a file; UnreadableFile says in one sentence what is wrong with it and what to do.

    The fiscal year (BE) and the agency given take the place of those printed. ``columns`` names headings that
    are not recognised: ``{"measure": "มาตรการ"}``. Rules are those that the document sets, none by default.
    ``progress`` is told of the rows of a workbook as they are read.
    """
    content = content_of(path, LARGEST_BYTES)
    refuse_other_formats(path, content)
    source = Source(path.name, hashlib.sha256(content).hexdigest())
    try:
        if content.startswith(b"PK"):
            tables = _archived_tables(path, content, progress)
            return read_grid_plan(tables, source, fiscal_year=fiscal_year, agency=agency, columns=columns)
        text = text_of(path, content)
        if path.suffix.casefold() == ".json" or text.lstrip()[:1] == "{":
            return _read_json(path, text, fiscal_year=fiscal_year, agency=agency)
        return _read_text(path, text, source, fiscal_year=fiscal_year, agency=agency, columns=columns)
    except UnreadableFile:
        raise
    except InputError as problem:
        raise UnreadableFile(path, str(problem)) from problem


def with_default_cadence(plan: Plan, cadence: Cadence) -> Plan:
    """The plan with a rule of origin "default" on every measure that has no rule."""
    rule = Rule(cadence, origin=RuleOrigin.DEFAULT)
    return replace(
        plan, measures=tuple(each if each.rules else replace(each, rules=(rule,)) for each in plan.measures)
    )


def _archived_tables(path: Path, content: bytes, progress: Progress | None) -> Iterable[Table]:
    if checked_archive(path, content) is Kind.DOCX:
        from tracker.plans.docx_grid import docx_tables  # noqa: PLC0415  slow to import, needed for Word alone

        return docx_tables(content)
    from tracker.plans.xlsx_grid import xlsx_tables  # noqa: PLC0415  slow to import, needed for Excel alone

    return xlsx_tables(content, progress)


def _read_text(
    path: Path,
    text: str,
    source: Source,
    *,
    fiscal_year: int | None,
    agency: str | None,
    columns: Mapping[str, str] | None,
) -> Plan:
    """The plan of a text file; one that is not in the published form may be a table of another form."""
    ending = path.suffix.casefold()
    if ending in _HTML_ENDINGS or text[:2000].lstrip().casefold().startswith(_HTML_BEGINS):
        tables = html_tables(text)
    elif ending in _CSV_ENDINGS:
        tables = csv_tables(text)
    else:
        tables = tabbed_tables(text)
        if not columns:
            try:
                return read_text_plan(text, source, fiscal_year=fiscal_year, agency=agency)
            except NoPlanTable:
                if not tables:
                    raise
    return read_grid_plan(tables, source, fiscal_year=fiscal_year, agency=agency, columns=columns)


def _read_json(path: Path, text: str, *, fiscal_year: int | None, agency: str | None) -> Plan:
    try:
        plan = plan_from_json(json.loads(text, parse_constant=_refuse_constant))
    except json.JSONDecodeError as problem:
        where = f"line {problem.lineno}, column {problem.colno}"
        text = f"is not complete JSON ({problem.msg}, {where}); export the plan again."
        raise UnreadableFile(path, text) from problem
    except (InputError, RecursionError, ValueError) as problem:  # a number of too many digits
        raise UnreadableFile(path, f"is no exported plan: {problem}") from problem
    if fiscal_year not in (None, plan.fiscal_year):
        raise UnreadableFile(path, f"is the plan of fiscal year {plan.fiscal_year}, not of {fiscal_year}.")
    return replace(plan, agency=agency or plan.agency)


def _refuse_constant(name: str) -> NoReturn:
    raise InputError(f"{name} is no number of JSON.")
