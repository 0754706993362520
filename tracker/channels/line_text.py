"""A text as LINE text messages: https://developers.line.biz/en/reference/messaging-api/#text-message"""

from itertools import accumulate
from unicodedata import category

from tracker.errors import DeliveryError

MAX_UNITS = 5000  # UTF-16 code units in one text
MAX_TEXTS = 5  # message objects in one push, which together count as one message


def text_messages(text: str) -> list[dict[str, str]]:
    """One to five message objects; a longer or empty text is a permanent DeliveryError, never cut short."""
    texts = split_text(text)
    if not texts:
        problem = "The message has no text, and LINE takes none without"
        raise DeliveryError(problem, permanent=True, blames_address=False)
    if len(texts) > MAX_TEXTS:
        problem = f"The text has {utf16_units(text)} characters; LINE takes {MAX_TEXTS} parts of {MAX_UNITS}"
        raise DeliveryError(problem, permanent=True, blames_address=False)
    return [{"type": "text", "text": piece} for piece in texts]


def split_text(text: str) -> list[str]:
    """The text in pieces that LINE takes, none of them blank.

    A cut replaces a line end; a line that is too long is cut behind a space, or else between two letters.
    """
    pieces = []
    while utf16_units(text) > MAX_UNITS:
        cut = _place_to_cut(text)
        pieces.append(text[:cut].removesuffix("\n"))
        text = text[cut:]
    return [piece for piece in [*pieces, text] if piece.strip()]


def utf16_units(text: str) -> int:
    """How LINE counts: characters beyond U+FFFF, such as most emoji, are two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _place_to_cut(text: str) -> int:
    end = next(place for place, units in enumerate(accumulate(map(utf16_units, text))) if units > MAX_UNITS)
    after_break = text.rfind("\n", 0, end) + 1 or text.rfind(" ", 0, end) + 1
    return after_break or _between_letters(text, end)


def _between_letters(text: str, end: int) -> int:
    """The last place up to ``end`` that does not part a Thai letter from the marks above or below it."""
    cut = end
    while cut and category(text[cut]) == "Mn":
        cut -= 1
    return cut or end
