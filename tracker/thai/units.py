"""How offices write the names of their units."""

DIVISION = "ฝ่าย"


def bare_name(name: str) -> str:
    """A division's name without the word for division in front, as lists often print it."""
    return name.removeprefix(DIVISION).strip() or name
