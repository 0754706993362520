"""Keys that the database makes itself, for statements that write many rows at once."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

_HEX = "hex(randomblob({bytes}))"
_ON_SQLITE = " || ".join(
    (
        _HEX.format(bytes=4),
        "'-'",
        _HEX.format(bytes=2),
        "'-4'",
        f"substr({_HEX.format(bytes=2)}, 2)",
        "'-'",
        "substr('89ab', 1 + (random() & 3), 1)",
        f"substr({_HEX.format(bytes=2)}, 2)",
        "'-'",
        _HEX.format(bytes=6),
    )
)


class new_key(FunctionElement[str]):  # noqa: N801  written in a statement like a function
    """A random UUID (version 4), another for each row, as text in its usual form."""

    type = String()
    inherit_cache = True


@compiles(new_key, "sqlite")
def _on_sqlite(_element: new_key, _compiler: Any, **_options: Any) -> str:
    return f"lower({_ON_SQLITE})"


@compiles(new_key, "postgresql")
def _on_postgresql(_element: new_key, _compiler: Any, **_options: Any) -> str:
    return "CAST(gen_random_uuid() AS VARCHAR)"
