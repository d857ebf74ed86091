"""Files in messages: stored under the hash of their bytes, and replaced by a reference before a run begins.

LangGraph writes the input of a run into its first checkpoint, before any node sees it. So the graph itself takes the
files out on the way in (`detach`, called by `graph.compiled.Application`): what is checkpointed, streamed and kept in a
thread names a file and does not hold it. A server also keeps the request itself; there `web/request_filter.py` comes
first.

Chat clients agree on no shape. Known are LangChain's blocks of version 1 and before, those of the agent chat UI, of
OpenAI, Anthropic and Google; `data:` addresses count as bytes, other addresses are fetched like any other source.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

from langchain_core.messages import BaseMessage, convert_to_messages
from langgraph.types import Overwrite

from graph.errors import BadInputError
from loaders.sources.download import DOCUMENT_ID_DIGITS, is_url, safe_name
from loaders.sources.formats import HEAD_BYTES, sniff_suffix

MAX_BYTES, MAX_FILES = 100 * 2**20, 20
"""Of one file, and for one message; the server takes requests of 300 MB, a third more than the bytes they carry."""

REFERENCE = "attachment"
"""The key of a text block that stands for a stored file: `<first digits of its SHA-256>/<its name>`, or an address."""

_FILE_KINDS = frozenset({
    "file", "image", "document", "media", "image_url", "input_file", "input_image",
    "audio", "video", "input_audio", "video_url",  # so that they are refused, and not kept
})  # fmt: skip
_NESTS = ("metadata", "extras", "file", "source", "image_url", "inline_data", "inlineData", "input_audio", "video_url")
_UNTYPED = ("file", "inline_data", "inlineData")
_HELD = ("base64", "data", "file_data", "url", "image_url", "file_url", "video_url")
_BYTES = re.compile(r"[\w+/-]{2000}|(?:[\w+/=-]{60,}\s+){30}", re.ASCII)
_STORED = re.compile(rf"[0-9a-f]{{{DOCUMENT_ID_DIGITS}}}/[^/\\]+")


_ALPHABET = str.maketrans("-_", "+/")  # that of addresses, too
_FORM = "`messages` cannot be understood: send a list such as [{'role': 'user', 'content': 'What does it cost?'}]."
_BARE = "A message holds a file's base64 as text: attach it as a block of type file or image, or ingest it by its path."


class Attachment(NamedTuple):
    """A file as a block carries it: its name, if it says one, and its base64 text, or else its address."""

    name: str
    data: str = ""
    url: str = ""


def detach(given: Any, folder: Path, limit: int = MAX_BYTES) -> Any:
    """The input of a run with the files of its messages stored in `folder`; anything else comes back as it is.

    `limit` is the number of bytes that a file may have.

    Raises:
        BadInputError: a file is too large, broken, of a kind that is not read, or there are too many of them.
    """
    if not isinstance(given, Mapping) or not given.get("messages"):
        return given
    messages = given["messages"]
    if isinstance(messages, Overwrite):
        return {**given, "messages": Overwrite(detach({"messages": messages.value}, folder, limit)["messages"])}
    several = messages if isinstance(messages, list) else [messages]
    detached = [_detached(message, folder, limit) for message in several]
    try:
        convert_to_messages(detached)
    except (KeyError, NotImplementedError, TypeError, ValueError) as error:  # NotImplementedError: of no known type
        raise BadInputError(_FORM) from error
    return {**given, "messages": detached if isinstance(messages, list) else detached[0]}


def carries_files(messages: Any) -> bool:
    """Whether any of the messages brings a file along."""
    several = messages if isinstance(messages, list) else [messages]
    return any(_file_in(block) for message in several for block in _listed(_content_of(message)))


def holds_bytes(value: object) -> bool:
    """Whether a value is a text with what looks like a file in base64: no language has such words."""
    return isinstance(value, str) and len(value) >= 2000 and _BYTES.search(value) is not None


def attached(message: BaseMessage) -> list[str]:
    """The references that a message holds."""
    return [str(block[REFERENCE]) for block in _blocks(message.content) if isinstance(block.get(REFERENCE), str)]


def said(message: BaseMessage) -> str:
    """The text of a message, less what only stands for its files."""
    if isinstance(message.content, str):
        return message.content
    texts = [block if isinstance(block, str) else "" if REFERENCE in block else block.get("text", "")
             for block in message.content]  # fmt: skip
    return "\n".join(text for text in texts if isinstance(text, str) and text.strip())


def source_of(reference: str, folder: Path) -> str:
    """The source that a reference stands for: a file below `folder`, whatever a client wrote there, or an address.

    Raises:
        BadInputError: it stands for neither.
    """
    if is_url(reference):
        return reference
    path = folder / reference
    if not _STORED.fullmatch(reference) or ".." in path.parts or not path.is_file():
        raise BadInputError(f"The attached file {reference!r} is not there (any more): attach it again.")
    return str(path)


def document_of(reference: str) -> str:
    """The id of the document that a stored file is; "" for an address, whose bytes are not known yet."""
    return reference.split("/")[0] if _STORED.fullmatch(reference) else ""


def _detached(message: Any, folder: Path, limit: int) -> Any:
    """One message, in any of the forms that LangChain takes, with references in place of its files."""
    content = _content_of(message)
    if holds_bytes(content):
        raise BadInputError(_BARE)
    content = _listed(content)
    found = [(at, file) for at, block in enumerate(content) if (file := _file_in(block))]
    if len(found) > MAX_FILES:
        raise BadInputError(f"{len(found)} files are attached to one message: attach at most {MAX_FILES}.")
    if not found:
        return message
    for at, file in found:
        content[at] = _reference(file, folder, limit)
    if isinstance(message, BaseMessage):
        return message.model_copy(update={"content": content})
    if isinstance(message, Mapping):
        return {**message, "content": content}
    return (message[0], content)


def _content_of(message: Any) -> Any:
    if isinstance(message, BaseMessage):
        return message.content
    if isinstance(message, Mapping):
        return message.get("content")
    if isinstance(message, Sequence) and not isinstance(message, str) and len(message) == 2:
        return message[1]
    return None


def _listed(content: Any) -> list[Any]:
    """The blocks of a message's content."""
    return list(content) if isinstance(content, list) else [content] if isinstance(content, Mapping) else []


def _reference(file: Attachment, folder: Path, limit: int) -> dict[str, str]:
    if file.url:
        return {"type": "text", "text": f"Attached: {file.url}", REFERENCE: file.url}
    path = _stored(file, folder, limit)
    return {"type": "text", "text": f"Attached: {path.name}", REFERENCE: f"{path.parent.name}/{path.name}"}


def _stored(file: Attachment, folder: Path, limit: int) -> Path:
    """Write a file to `folder/<first digits of its SHA-256>/<its name>`, unless it is there already."""
    label = repr(file.name) if file.name else "The attached file"
    if len(file.data) * 3 // 4 > limit:
        raise BadInputError(f"{label} is larger than {limit >> 20} MB: split it, or ingest it by its path.")
    try:
        text = "".join(file.data.split()).translate(_ALPHABET)
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInputError(f"{label} is no valid base64 ({error}): attach it again.") from error
    suffix = sniff_suffix(content[:HEAD_BYTES], Path(file.name).suffix)
    if not suffix:
        raise BadInputError(f"{label} is no PDF, book or image that can be read: attach one of those.")
    identity = hashlib.sha256(content).hexdigest()[:DOCUMENT_ID_DIGITS]
    path = folder / identity / safe_name(file.name or "attachment", suffix)
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            os.replace(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    return path


def _file_in(block: Any) -> Attachment | None:
    """The file that a block carries; None for text and whatever else.

    Raises:
        BadInputError: the block names a file that only its sender can see, or hides bytes where no client puts them.
    """
    if not isinstance(block, Mapping):
        return None
    kind = block.get("type", "file" if any(key in block for key in _UNTYPED) else None)
    if kind not in _FILE_KINDS or REFERENCE in block:
        if any(holds_bytes(value) for nest in (block, *_nested(block)) for value in nest.values()):
            raise BadInputError(_BARE)
        return None
    nests = [block, *_nested(block)]
    name = next((value for nest in nests for value in _named(nest) if isinstance(value, str) and value), "")
    for nest in nests:
        for key in _HELD:
            value = nest.get(key)
            if isinstance(value, str) and value:
                return _attachment(name, key, value)
    raise BadInputError(f"The {kind} block {name!r} holds neither bytes nor an address: send it as base64 or by a URL.")


def _attachment(name: str, key: str, value: str) -> Attachment:
    if value.startswith("data:"):
        head, _, body = value.partition(",")
        if not head.endswith(";base64"):
            body = base64.b64encode(unquote_to_bytes(body)).decode()
        return Attachment(name, data=body)
    if is_url(value):
        return Attachment(name, url=value)
    if key in ("url", "image_url", "file_url"):
        raise BadInputError(f"{value[:80]!r} is no address that can be fetched: attach the file itself.")
    return Attachment(name, data=value)


def _nested(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for key in _NESTS:
        if isinstance(block.get(key), Mapping):
            yield block[key]


def _named(nest: Mapping[str, Any]) -> list[Any]:
    return [nest.get(key) for key in ("filename", "file_name", "name", "title")]


def _blocks(content: str | list[str | dict[Any, Any]]) -> list[dict[Any, Any]]:
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
