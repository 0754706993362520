"""The command line: one program, ``tracker``, with a command for every verb.

Starting it loads click and nothing else; a command's own module, and with it the database, is loaded when the
command is used. The table of commands and their one-line helps therefore stands here.
"""

import atexit
import gc
import os
import sys
from typing import TextIO

from tracker.cli.group import LazyGroup

COMMANDS = {
    "demo": ("tracker.cli.demo:demo", "Tell the whole story on the bundled plan, in a scratch folder."),
    "init": ("tracker.cli.database:init", "Make the database and the settings file in this folder."),
    "rehearse": ("tracker.cli.database:rehearse", "Copy a live database into a rehearsal file."),
    "plan": ("tracker.cli.plan:plan", "Import, export, show and pause plans."),
    "division": ("tracker.cli.division:division", "Look after the agency's divisions."),
    "contact": ("tracker.cli.contact:contact", "Look after the people who get messages."),
    "days-off": ("tracker.cli.days_off:days_off", "List and edit the days on which the office is closed."),
    "list": ("tracker.cli.listing:list_", "List follow-ups, with filters."),
    "show": ("tracker.cli.show:show", "Show a measure: follow-ups, evidence, messages, history."),
    "done": ("tracker.cli.closing:done", "Mark follow-ups as done."),
    "submit": ("tracker.cli.closing:submit", "Report follow-ups as done, to be verified."),
    "return": ("tracker.cli.closing:return_", "Give submitted follow-ups back to their owners."),
    "waive": ("tracker.cli.closing:waive", "End follow-ups that need not be reported."),
    "reopen": ("tracker.cli.closing:reopen", "Open follow-ups again that were done or waived."),
    "postpone": ("tracker.cli.closing:postpone", "Move the due date of follow-ups."),
    "overdue": ("tracker.cli.listing:overdue", "List what is overdue, the oldest first."),
    "summary": ("tracker.cli.listing:summary", "Show the supervisors' view of a plan."),
    "remind": ("tracker.cli.sending:remind", "Send the reminders that are owed now."),
    "tick": ("tracker.cli.sending:tick", "Plan and deliver everything that is owed, once (for cron)."),
    "run": ("tracker.cli.run:run", "Run the scheduler until it is stopped."),
    "forecast": (
        "tracker.cli.forecast:forecast",
        "Show what will be sent, to whom, and what LINE will count.",
    ),
    "why": ("tracker.cli.why:why", "Tell why reminders of a measure were or were not sent."),
    "outbox": ("tracker.cli.outbox:outbox", "Look after the messages, sent and waiting."),
    "doctor": ("tracker.cli.doctor:doctor", "Check settings, database, mail server, LINE and contacts."),
}

SELDOM = 10_000
"""So many objects are made before garbage is looked for; loading modules makes many, and they stay."""

root = LazyGroup(
    name="tracker",
    commands_table=COMMANDS,
    help="Keep an office's improvement measures, and remind their owners by LINE or e-mail.\n\n"
    "Start with 'tracker demo', or with 'tracker init' and 'tracker plan import FILE'.",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def main() -> None:
    """The program. Its text is UTF-8 wherever it runs, also on a Windows console of another code page.

    Looking for garbage seldom, and not at all when leaving, takes a fifth off the time of a short command.
    """
    gc.set_threshold(SELDOM)
    atexit.register(gc.freeze)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    try:
        root(prog_name="tracker")
    except OSError as error:  # the help itself could not be printed
        sys.exit(f"Error: The system refused: {error.strerror or error}.")
    finally:
        _let_go(sys.stdout)


def _let_go(stream: TextIO | None) -> None:
    """Drop what a full disk did not take: Python, ending, would try again and complain a second time."""
    if stream is None:
        return
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _speak_utf8(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="backslashreplace")
