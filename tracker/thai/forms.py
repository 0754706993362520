"""Amounts, shares and times of day, as official documents write them."""

import datetime as dt
from decimal import Decimal

from tracker.thai.digits import Digits, in_digits


def format_amount(baht: Decimal | int, *, digits: Digits) -> str:
    """An amount of money, to the satang: ``1,234,567.00 บาท``."""
    return in_digits(f"{baht:,.2f} บาท", digits)


def format_share(percent: Decimal | int, *, digits: Digits) -> str:
    """A percentage, with at most two decimals: ``ร้อยละ ๗๕``, ``ร้อยละ ๗๕.๕``."""
    rounded = f"{percent:.2f}".rstrip("0").removesuffix(".")
    return in_digits(f"ร้อยละ {rounded}", digits)


def format_time(time: dt.time, *, digits: Digits) -> str:
    """A time of day, with the dot of Thai documents: ``๐๙.๐๐ น.``."""
    return in_digits(f"{time:%H.%M} น.", digits)
