"""Messages as files in a folder, so that everything runs with no account and nothing leaves the machine.

Each message is two files: ``.eml`` for a mail program, also of what was meant for LINE, and ``.json`` with
every field as it was stored.
"""

import datetime as dt
import json
import secrets
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from tracker.channels.base import ChannelDown, Outgoing, Receipt
from tracker.channels.email_account import EmailAccount, is_plain_address
from tracker.channels.mime import build_message
from tracker.channels.plain import token

_NOBODY = EmailAccount(host="localhost", sender="tracker@localhost")


class FileChannel:
    """Writes ``YYYYMMDD-KEY.eml`` and ``.json``, the day being that of ``created_at`` in ``zone``.

    The same key is written once, whatever happens in between. ``account`` lends the sender's name and
    address.
    """

    name = "file"

    def __init__(
        self, folder: Path, *, account: EmailAccount = _NOBODY, zone: dt.tzinfo | None = None
    ) -> None:
        self.folder = folder
        self.account = account
        self.zone = zone or ZoneInfo("Asia/Bangkok")

    def send(self, message: Outgoing, *, now: dt.datetime) -> Receipt:
        day = message.created_at.astimezone(self.zone)
        record = self.folder / f"{day:%Y%m%d}-{token(message.key)}.json"
        letter = build_message(replace(message, address=_mail_address(message)), self.account)
        try:
            if record.exists():
                return Receipt(reference=record.name, note="It had been written earlier")
            self.folder.mkdir(parents=True, exist_ok=True)
            _write_whole(record.with_suffix(".eml"), letter)
            # Last, because its being there says that the message is complete.
            _write_whole(record, _as_json(message))
        except OSError as error:
            raise ChannelDown(f"{self.folder} cannot be written: {error.strerror or error}") from error
        return Receipt(reference=record.name)

    def probe(self) -> str:
        """Where the messages lie."""
        return f"messages are written into {self.folder}"

    def close(self) -> None:
        """Nothing is held open."""


def open_file(*, folder: str | Path, zone: dt.tzinfo | None = None, **sender: str) -> FileChannel:
    """The channel for the registry; ``sender``, ``sender_name`` and ``reply_to`` as for an EmailAccount."""
    account = replace(_NOBODY, **sender)  # type: ignore[arg-type]
    return FileChannel(Path(folder), account=account, zone=zone)


def _mail_address(message: Outgoing) -> str:
    """The address itself, or one at which nobody can be reached (RFC 2606) where it is no e-mail address."""
    if is_plain_address(message.address):
        return message.address
    stand_in = f"{token(message.address)}@{token(message.channel)}.invalid"
    return stand_in if is_plain_address(stand_in) else "recipient@channel.invalid"


def _as_json(message: Outgoing) -> bytes:
    fields = asdict(message) | {"created_at": message.created_at.isoformat()}
    # A lone surrogate, which UTF-8 cannot hold, becomes its JSON escape.
    return json.dumps(fields, ensure_ascii=False, indent=2).encode(errors="backslashreplace") + b"\n"


def _write_whole(path: Path, content: bytes) -> None:
    """The file appears complete or not at all."""
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
