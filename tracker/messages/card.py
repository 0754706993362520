"""A card for LINE: from the office's markup to Flex messages within LINE's limits.

One bubble holds the notice. Where the markup lists more (``+++``), further bubbles follow to swipe to, and
where a carousel is full, another message object; what even five objects cannot hold is counted.
https://developers.line.biz/en/reference/messaging-api/#flex-message
"""

import json
from collections.abc import Iterable, Iterator

from tracker.messages.card_markup import PARAGRAPH, CardFault, Line, Markup, read_markup
from tracker.messages.card_parts import TONES, Part, band, body, foot
from tracker.messages.plain import shortened

__all__ = ["CardFault", "card_json"]

Page = tuple[Line, ...]

ALT_CHARACTERS = 400
ITEMS_IN_A_BUBBLE = 10
BUBBLES_IN_A_CAROUSEL = 12
OBJECTS = 5
CAROUSEL_BYTES = 48 * 1024
"""LINE takes 50 KB; the rest is for the names around the bubbles."""


def card_json(markup: str, *, alt: str) -> str:
    """The message objects as JSON; ``alt`` is what a notification shows. CardFault where it cannot be drawn.

    The further cards never go beyond LINE's limits; the first is as large as the markup makes it.
    """
    objects = [
        {"type": "flex", "altText": _alt(alt, number), "contents": contents}
        for number, contents in enumerate(_contents(read_markup(markup)), 1)
    ]
    return _compact(objects)


def _alt(alt: str, number: int) -> str:
    return shortened(alt if number == 1 else f"({number}) {alt}", ALT_CHARACTERS)


def _contents(card: Markup) -> list[Part]:
    """What each message object shows: a bubble, or a carousel of several."""
    pages = _pages(card.further.body)
    carousels = _carousels(_bubbles(card, pages))
    if len(carousels) > OBJECTS:
        # Of the pages that fit one makes room for the line that counts what is left out.
        room = sum(map(len, carousels[:OBJECTS])) - 2
        carousels = _carousels(_bubbles(card, _cut(card, pages, room)))
    return [some[0] if len(some) == 1 else {"type": "carousel", "contents": some} for some in carousels]


def _cut(card: Markup, pages: list[Page], room: int) -> list[Page]:
    left_out = sum(line.is_item for page in pages[room:] for line in page)
    closing = Line(PARAGRAPH, (card.left_out.replace("{n}", str(left_out)),))
    return [*pages[: room - 1], (*pages[room - 1], *([closing] if card.left_out else []))]


def _bubbles(card: Markup, pages: list[Page]) -> Iterator[Part]:
    tone = TONES[card.tone]
    first = {"type": "bubble", "size": "mega", "header": band(card.first.band, tone)}
    if card.first.body:
        first["body"] = body(card.first.body, tone)
    if card.foot:
        first["footer"] = foot(card.foot, tone)
    yield first
    for number, page in enumerate(pages, 1):
        place = f" ({number}/{len(pages)})" if len(pages) > 1 else ""
        head = band(card.further.band or card.first.band, tone, place)
        yield {"type": "bubble", "size": "mega", "header": head, "body": body(page, tone)}


def _pages(lines: Iterable[Line]) -> list[Page]:
    """The list in pages of ten items; one that begins inside a section repeats the section's heading."""
    pages: list[list[Line]] = []
    heading: list[Line] = []
    fresh = True
    for line in lines:
        if line.mark == "#":
            heading, fresh = [line], True
            continue
        if not pages or (line.is_item and sum(each.is_item for each in pages[-1]) == ITEMS_IN_A_BUBBLE):
            pages.append([])
            fresh = True
        pages[-1] += [*(heading if fresh else []), line]
        fresh = False
    return list(map(tuple, pages))


def _carousels(bubbles: Iterable[Part]) -> list[list[Part]]:
    """The bubbles in as few carousels as LINE's limits allow."""
    carousels: list[list[Part]] = []
    size = CAROUSEL_BYTES
    for bubble in bubbles:
        needed = len(_compact(bubble).encode()) + 1
        if size + needed > CAROUSEL_BYTES or len(carousels[-1]) == BUBBLES_IN_A_CAROUSEL:
            carousels.append([])
            size = 0
        carousels[-1].append(bubble)
        size += needed
    return carousels


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
