"""Cards taken apart for the tests: their bubbles, texts and buttons."""

import json

from tests.messages.digests import renderer

RENDERER = renderer()


def card(a_digest) -> list[dict]:
    return json.loads(RENDERER.render(a_digest, channel="line").flex)


def bubbles(message: dict) -> list[dict]:
    contents = message["contents"]
    return contents["contents"] if contents["type"] == "carousel" else [contents]


def texts(part) -> list[str]:
    """Every text of a part, in reading order."""
    if isinstance(part, list):
        return [text for each in part for text in texts(each)]
    if part.get("type") == "text":
        return [part["text"]]
    blocks = [part[name] for name in ("header", "body", "footer") if name in part]
    return texts(blocks or part.get("contents", []))


def buttons(part) -> list[dict]:
    if isinstance(part, list):
        return [action for each in part for action in buttons(each)]
    return [part["action"]] if part["type"] == "button" else buttons(part.get("contents", []))
