"""Importing click: the least a command line takes to start."""

import click  # noqa: F401
