"""E-mail messages: headers and body as HTML, and the files attached to them."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from typing import cast

from loaders.reflow.encoding import decode
from loaders.reflow.markup import clean_html, declared_charset
from loaders.reflow.plain_text import text_as_html

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_CID = re.compile(r"""(["'])cid:([^"']+)\1""", re.IGNORECASE)


def mail_as_html(data: bytes) -> tuple[list[str], str]:
    """Return the parts of a message as HTML, and its subject."""
    message = _parse(data)
    names = [name for name, _ in attachments(data)]
    rows = [(name, str(message.get(name, ""))) for name in _SHOWN] + [("Attachments", ", ".join(names))]
    head = "".join(
        f"<p><b>{name}:</b> {html.escape(' '.join(value.split()), quote=False)}</p>" for name, value in rows if value
    )
    body = _body(message)
    return [f"{head}<hr>{body[0]}", *body[1:]], " ".join(str(message.get("Subject", "")).split())


def attachments(data: bytes) -> list[tuple[str, bytes]]:
    """Return the name and the content of each file that is attached to a message; messages become `.eml` files."""
    found: list[tuple[str, bytes]] = []
    for part in _attached(_parse(data)):
        content = _content(part)
        inner = _message_in(part)
        subject = " ".join(str(inner.get("Subject", "")).split()) if inner else ""
        found.append((part.get_filename() or (f"{subject or 'message'}.eml" if inner else "attachment"), content))
    return found


def _parse(data: bytes) -> EmailMessage:
    if data.startswith(b"From "):  # the separator of an mbox file
        data = data.partition(b"\n")[2]
    return message_from_bytes(data, policy=policy.default)


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that are files, without the body and the pictures in it."""
    body = {id(part) for part in _bodies(message)}
    stack = [message]
    while stack:
        part = stack.pop(0)
        if part.get_content_type() == "message/rfc822" and part is not message:
            yield part
        elif part.is_multipart():
            stack = [*cast("list[EmailMessage]", part.get_payload()), *stack]
        elif id(part) not in body and (part.get_content_disposition() == "attachment" or _is_file(part)):
            yield part


def _is_file(part: EmailMessage) -> bool:
    """Return whether a part without the word "attachment" is a file: it has a name and is no picture of the body."""
    return bool(part.get_filename()) and not (part.get_content_maintype() == "image" and part.get("Content-ID"))


def _bodies(message: EmailMessage) -> list[MIMEPart]:
    found = [message.get_body(preferencelist=[kind]) for kind in ("html", "plain")]
    return [part for part in found if part is not None]


def _body(message: EmailMessage) -> list[str]:
    """Return the body as a mail program shows it: the HTML one where there is one, else the plain one."""
    bodies = _bodies(message)
    if not bodies:
        return [""]
    chosen = bodies[0]
    data = _content(chosen)
    declared = chosen.get_content_charset() or ""
    if chosen.get_content_subtype() != "html":
        return text_as_html(decode(data, declared) or data.decode("latin-1"))
    text = decode(data, declared or declared_charset(data)) or data.decode("latin-1")
    return [clean_html(_CID.sub(lambda found: f'"{_picture(message, found[2])}"', text))[0]]


def _picture(message: EmailMessage, wanted: str) -> str:
    """Return the picture of a content id as a `data:` address; "" if the message has none."""
    for part in message.walk():
        if str(part.get("Content-ID", "")).strip().strip("<>") == wanted and part.get_content_maintype() == "image":
            content = base64.b64encode(_content(part)).decode()
            return f"data:{part.get_content_type()};base64,{content}"
    return ""


def _message_in(part: MIMEPart) -> EmailMessage | None:
    """Return the message in a part if it was forwarded as a file, else None."""
    inner = part.get_payload() if part.get_content_type() == "message/rfc822" else None
    return cast(EmailMessage, inner[0]) if isinstance(inner, list) and inner else None


def _content(part: MIMEPart) -> bytes:
    """Return the decoded bytes of a part; of an attached message, the message."""
    if inner := _message_in(part):
        return inner.as_bytes()
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
