"""What a simulated year ends with when a promise is broken."""


class Broken(BaseException):
    """A promise was broken. Nothing of the program catches it on the way."""


def promise(kept: object, what: str, *facts: object) -> None:
    """Go on only where a promise is kept; otherwise say which was not, and by what."""
    if not kept:
        raise Broken(": ".join([what, *map(str, facts)]))
