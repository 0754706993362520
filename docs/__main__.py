"""Writes the pages that are made from the program: ``python -m docs``."""

from pathlib import Path

from docs.pages import pages

for name, text in pages().items():
    (Path(__file__).parent / name).write_text(text, encoding="utf-8", newline="\n")
