"""How often LINE lets each call be made: https://developers.line.biz/en/reference/messaging-api/#rate-limits"""

from collections.abc import Mapping

Rate = tuple[float, float]
"""So many calls, within so many seconds."""

LINE_RATES: Mapping[str, Rate] = {
    "/v2/bot/message/multicast": (200, 1),
    "/v2/bot/message/broadcast": (60, 3600),
    "/v2/bot/message/narrowcast": (60, 3600),
    "/v2/bot/channel/webhook/test": (60, 3600),
    "/v2/bot/channel/webhook/endpoint": (1000, 60),
    "": (2000, 1),
}
"""By path; the empty one is for all others."""


class Buckets:
    """A bucket of tokens for each call and method, which fill again gradually."""

    def __init__(self, rates: Mapping[str, Rate]) -> None:
        self.rates = rates
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, method: str, path: str, *, at: float) -> bool:
        """Whether the call may be made at this second of the fake's clock."""
        rate = self.rates.get(path, self.rates.get(""))
        if rate is None:
            return True
        size, seconds = rate
        left, since = self._left.get((method, path), (size, at))
        left = min(size, left + (at - since) * size / seconds)
        allowed = left >= 1
        self._left[method, path] = (left - allowed, at)
        return allowed
