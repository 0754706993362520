"""INSERT with ON CONFLICT: both databases know it by the same words, SQLAlchemy in a dialect for each.

Apart from the other helpers, because the dialects take long to load.
"""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite


def inserting(dialect: str, table: Any) -> sqlite.Insert | postgresql.Insert:
    """An INSERT for the database of that name, which can say what is done where a row is there already."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
