"""The mail server for a person, with a mailbox of files: ``python -m tests.fakes.smtp --help``."""

import argparse
import threading
from contextlib import suppress
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html import escape
from itertools import count
from pathlib import Path

import trustme

from tests.fakes.smtp import FakeSmtp, Received

_HEADERS = ("From", "To", "Date", "Subject")


def main() -> None:
    """Runs until interrupted and shows what arrives."""
    options = _parser().parse_args()
    certificate = None
    if options.security != "none":
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(options.ca_file))
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        print(f"Certificate authority to trust: {options.ca_file}", flush=True)
    login = tuple(options.login.split(":", 1)) if options.login else None

    def arrived(received: Received) -> None:
        _show(received)
        if options.folder:
            print(f"Kept as {keep_mail(received.content, options.folder)}", flush=True)

    with FakeSmtp(security=options.security, certificate=certificate, login=login, port=options.port,
                  on_message=arrived) as server, suppress(KeyboardInterrupt):  # fmt: skip
        print(f"Listening on {server.host}, port {server.port}, security {options.security}", flush=True)
        threading.Event().wait()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.smtp", description="A mail server on 127.0.0.1 that passes nothing on."
    )
    parser.add_argument("--port", type=int, default=2525, help="default 2525; 0 takes a free one")
    parser.add_argument("--folder", type=Path, help="keeps each message here, as .eml and as .html")
    parser.add_argument("--security", choices=("none", "starttls", "tls"), default="none")
    parser.add_argument("--ca-file", type=Path, default=Path("fake-smtp-ca.pem"),
                        help="where the certificate authority to trust is written")  # fmt: skip
    parser.add_argument("--login", metavar="USER:PASSWORD", help="what a client must log in with")
    return parser


def _show(received: Received) -> None:
    message = message_from_bytes(received.content, policy=default)
    body = message.get_body(("plain",))
    print(f"--- from {received.sender} to {', '.join(received.recipients)}: {message['Subject']}")
    print(body.get_content() if body else "", flush=True)


def keep_mail(content: bytes, folder: Path) -> Path:
    """The page beside the message as it came in, both under the next free number."""
    folder.mkdir(parents=True, exist_ok=True)
    names = (folder / f"{number:04}.eml" for number in count(1))
    letter = next(name for name in names if not name.exists())
    letter.write_bytes(content)
    page = letter.with_suffix(".html")
    page.write_text(
        mail_page(message_from_bytes(content, policy=default)), encoding="utf-8", errors="replace"
    )
    return page


def mail_page(message: EmailMessage) -> str:
    """What a mail program shows: headers, the body in a frame without scripts, names of attachments."""
    named = [(name, str(message[name])) for name in _HEADERS if name in message]
    heads = "".join(f"<p><b>{name}</b> {escape(value)}</p>" for name, value in named)
    body = message.get_body(("html", "plain"))
    text = str(body.get_content()) if body else ""
    if body and body.get_content_subtype() == "html":
        shown = f'<iframe sandbox srcdoc="{escape(text)}"></iframe>'
    else:
        shown = f"<pre>{escape(text)}</pre>"
    files = "".join(f"<p>📎 {escape(part.get_filename() or '')}</p>" for part in message.iter_attachments())
    return f"""<!DOCTYPE html><html lang="th"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(str(message["Subject"]))}</title>
<style>body {{ font-family: system-ui, "Noto Sans Thai", sans-serif; max-width: 760px; margin: 16px auto; }}
p {{ margin: 4px 12px; }} pre {{ white-space: pre-wrap; font: inherit; padding: 12px; }}
iframe {{ width: 100%; height: 80vh; border: 0; border-top: 1px solid #ccc; margin-top: 8px; }}</style></head>
<body>{heads}{shown}{files}</body></html>"""
