"""Writes a plan into a file in one of the forms that ``reader`` takes back."""

import json
import os
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from tracker.errors import InputError
from tracker.plans.csv_writer import csv_plan
from tracker.plans.json_format import plan_to_json
from tracker.plans.model import Plan

FORMS = ("json", "csv", "xlsx", "docx")


def write_plan(plan: Plan, path: Path, form: str, *, divisions: Sequence[str] = ()) -> None:
    """Write the plan in a form of ``FORMS``; the file appears whole, or what was there stays.

    ``divisions`` are offered in the form's drop-downs beside those that the plan names. InputError says which
    text the form cannot hold; OSError is the caller's.
    """
    if form not in _MAKERS:
        raise InputError(f"A plan cannot be written as {form!r}; there are: {', '.join(FORMS)}.")
    replace_file(path, _MAKERS[form](plan, divisions))


def replace_file(path: Path, content: bytes) -> None:
    """Put the content in place of an ordinary file; what is none (a device, a pipe) is written into."""
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    target = path.resolve()  # a link stays a link
    unfinished = target.with_name(f".{secrets.token_hex(6)}.part")
    try:
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            unfinished.chmod(target.stat().st_mode)
        unfinished.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _json(plan: Plan, _: Sequence[str]) -> bytes:
    text = json.dumps(plan_to_json(plan), ensure_ascii=False, indent=2) + "\n"
    return text.encode(
        errors="backslashreplace"
    )  # half a character, which UTF-8 cannot hold, as JSON's \\ud800


def _csv(plan: Plan, _: Sequence[str]) -> bytes:
    return csv_plan(plan)


def _xlsx(plan: Plan, divisions: Sequence[str]) -> bytes:
    from tracker.plans.xlsx_writer import xlsx_plan  # noqa: PLC0415  slow to import, needed for Excel alone

    return xlsx_plan(plan, divisions)


def _docx(plan: Plan, _: Sequence[str]) -> bytes:
    from tracker.plans.docx_writer import docx_plan  # noqa: PLC0415  slow to import, needed for Word alone

    return docx_plan(plan)


_MAKERS: dict[str, Callable[[Plan, Sequence[str]], bytes]] = {
    "json": _json,
    "csv": _csv,
    "xlsx": _xlsx,
    "docx": _docx,
}
