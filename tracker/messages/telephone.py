"""A telephone number as an office writes it, made fit for a telephone to dial."""

import re

from tracker.thai.digits import to_arabic

_NUMBER = re.compile(r"\+?[0-9][0-9 ().-]*")
_MOBILE = ("06", "08", "09")
_SHORTEST = 3


def dial(phone: str) -> str:
    """The first number in the text as digits, perhaps after a "+"; "" where there is none to dial.

    Of "0 2276 9600 ต่อ 5812" and "0 2276 9600-5" it is 022769600: a Thai number has nine digits, a mobile
    one ten, and what follows is an extension or the end of a range.
    """
    found = _NUMBER.search(to_arabic(phone))
    if not found:
        return ""
    digits = "".join(char for char in found[0] if char in "+0123456789")
    home = "0" + digits.removeprefix("+66").removeprefix("0") if digits.startswith("+66") else digits
    if home.startswith("0"):
        home = home[: 10 if home.startswith(_MOBILE) else 9]
        digits = home if not digits.startswith("+") else "+66" + home[1:]
    return digits if len(digits) >= _SHORTEST else ""
