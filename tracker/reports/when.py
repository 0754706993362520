"""Days and instants as the command line's sentences say them: with the weekday, in the Buddhist era."""

import datetime as dt

from tracker.domain.fiscal import BUDDHIST_ERA
from tracker.domain.office_time import OfficeTime
from tracker.thai.months import ENGLISH_NAMES

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def said_day(day: dt.date) -> str:
    """``Wed 2 Feb 2565`` for 2 February 2022."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {said_month(day)}"


def said_month(day: dt.date) -> str:
    """``Feb 2565`` for any day of February 2022."""
    return f"{ENGLISH_NAMES[day.month - 1][:3]} {day.year + BUDDHIST_ERA}"


def said_instant(instant: dt.datetime, office: OfficeTime) -> str:
    """``Wed 2 Feb 2565 09:00`` by the office's clock."""
    return f"{said_day(office.today(instant))} {instant.astimezone(office.zone):%H:%M}"
