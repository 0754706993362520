"""The bare query of a division's follow-ups, all or (given a day) the overdue ones, fetched and printed."""

import sqlite3
import sys

import click  # noqa: F401  what the program is built on is part of the floor
import sqlalchemy.orm  # noqa: F401

ROWS = """
    SELECT measures.code, follow_ups.period, follow_ups.due_on, follow_ups.status,
           divisions.name, measures.title
    FROM follow_ups
    JOIN measures ON measures.id = follow_ups.measure_id
    JOIN divisions ON divisions.id = follow_ups.lead_division_id
    WHERE follow_ups.lead_division_id = (SELECT id FROM divisions WHERE agency_id = 1 AND name = ?)
    AND follow_ups.plan_id = 1 {overdue}
    ORDER BY follow_ups.due_on, measures.position, follow_ups.period
"""
OVERDUE = "AND follow_ups.status = 'open' AND follow_ups.due_on < ? AND NOT follow_ups.before_tracking"

database, *asked = sys.argv[1:]
query = ROWS.format(overdue=OVERDUE if len(asked) > 1 else "")
for row in sqlite3.connect(database).execute(query, asked):
    print(*row, sep="  ")
