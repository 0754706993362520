"""The bare statements that mark one measure's open follow-up as done and write it into the history."""

import sqlite3
import sys

import click  # noqa: F401  what the program is built on is part of the floor
import sqlalchemy.orm  # noqa: F401

FIND = """
    SELECT follow_ups.id, measures.id, measures.title
    FROM measures JOIN follow_ups ON follow_ups.measure_id = measures.id
    WHERE measures.plan_id = 1 AND measures.code = ? AND follow_ups.status = 'open'
    AND follow_ups.starts_on <= ?
"""
CLOSE = "UPDATE follow_ups SET status = 'done', closed_on = ? WHERE id = ?"
RECORD = """
    INSERT INTO events (at, actor, what, plan_id, measure_id, follow_up_id, before, after)
    VALUES (datetime(), 'floor', 'done', 1, ?, ?, '{"status": "open"}', '{"status": "done"}')
"""

database, code, today = sys.argv[1:]
connection = sqlite3.connect(database, isolation_level=None)
for setting in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL"):
    connection.execute(f"PRAGMA {setting}")
connection.execute("BEGIN IMMEDIATE")
follow_up, measure, title = connection.execute(FIND, (code, today)).fetchone()
connection.execute(CLOSE, (today, follow_up))
connection.execute(RECORD, (measure, follow_up))
connection.execute("COMMIT")
connection.close()
print(f"{code}: done. {title}")
