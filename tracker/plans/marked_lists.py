"""Lists whose bullets a document keeps apart by a mark that is no dash: nothing has to be guessed."""

from collections.abc import Mapping

from tracker.plans.cells import flowing
from tracker.plans.plan_rows import Column
from tracker.plans.printed import BULLET, read_lines
from tracker.plans.timeline import split_timeline


def marked_bullets(texts: Mapping[Column, str], *, is_split: bool) -> dict[str, tuple[str, ...]]:
    """The bullets of the columns that have the mark; a line without it goes on with the one before.

    Unless the timeline ``is_split`` off into a column of its own, it is left out of the follow-up column.
    """
    found: dict[str, tuple[str, ...]] = {}
    for column, text in texts.items():
        lines = read_lines(text)
        if not any(line.startswith(BULLET) for line in lines):
            continue
        bullets: list[str] = [""]
        for line in lines:
            if line.startswith(BULLET):
                bullets.append(line.removeprefix(BULLET).removeprefix(" "))
            else:
                bullets[-1] = (
                    f"{bullets[-1]}\n{line}".strip()
                    if len(bullets) == 1
                    else flowing(f"{bullets[-1]} {line}")
                )
        if column is Column.FOLLOW_UP and not is_split:
            bullets[0] = split_timeline(bullets[0])[1]
        bullets[0] = flowing(bullets[0])
        found[column] = tuple(bullet for bullet in bullets if bullet)
    return found
