"""The servers that count what arrives, each on a port of its own."""

from collections.abc import Iterator

import pytest

from tests.fakes.line import FakeLine
from tests.fakes.smtp import FakeSmtp


@pytest.fixture
def line() -> Iterator[FakeLine]:
    with FakeLine(limit=None) as line:
        yield line


@pytest.fixture
def smtp() -> Iterator[FakeSmtp]:
    with FakeSmtp() as smtp:
        yield smtp
