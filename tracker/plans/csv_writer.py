"""A plan as CSV: one line for each measure under a line of headings, then the plan's facts.

UTF-8 with BOM, because spreadsheets take anything else for the code page of the machine. Nothing that a
spreadsheet would run: see ``printed.escape``.
"""

import csv
import io
from collections.abc import Iterable, Sequence

from tracker.plans.model import Measure, Plan
from tracker.plans.printed import (
    HEADINGS,
    clean,
    escape,
    print_bullets,
    print_day,
    print_rules,
    print_score,
    print_supporting,
)
from tracker.plans.printed_facts import (
    absent_table,
    as_text,
    doubts_table,
    facts_table,
    indicators_table,
)


def csv_plan(plan: Plan) -> bytes:
    """The bytes of the file; the tables of ``printed_facts`` follow the measures, an empty line apart."""
    text = io.StringIO(newline="")
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(HEADINGS.values())
    lines.writerows(_safe(_cells(measure)) for measure in plan.measures)
    for headings, rows in (facts_table(plan), indicators_table(plan), absent_table(plan), doubts_table(plan)):
        lines.writerow([])
        lines.writerow(headings)
        lines.writerows(_safe(map(as_text, row)) for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(cells: Iterable[str]) -> list[str]:
    return [escape(clean(cell)) for cell in cells]


def _cells(measure: Measure) -> Sequence[str]:
    """The cells in the order of ``HEADINGS``."""
    return (
        measure.code,
        measure.title,
        measure.instrument.value,
        "" if measure.indicator is None else str(measure.indicator),
        print_score(measure.score),
        print_score(measure.score_table_score),
        print_bullets(measure.analysis),
        print_bullets(measure.weaknesses),
        print_bullets(measure.actions),
        print_bullets(measure.follow_up),
        measure.timeline,
        print_day(measure.starts_on),
        print_day(measure.ends_on),
        measure.lead,
        print_supporting(measure.supporting),
        print_rules(measure.rules),
    )
