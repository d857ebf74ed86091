"""Attached files in messages: stored under the hash of their bytes, and replaced by references before a run begins.

LangGraph writes the input of a run into its first checkpoint, before any node runs. So `graph.compiled.Application`
calls `detach` on the input: checkpoints, streams and threads then hold a reference in place of the bytes. A server also
stores the request itself; there `web/request_filter.py` calls it first.

Chat clients send files in different shapes. Supported are LangChain's content blocks of version 1 and before, and those
of Agent Chat UI, OpenAI, Anthropic and Google. A `data:` address is decoded; other addresses are downloaded like any
source.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
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
from loaders.sources.formats import FORMAT_NAMES, misnamed_text, sniff_suffix

MAX_FILE_BYTES = 100 * 2**20
"""The limit for one file; base64 makes it a third larger in the request, and a server accepts 300 MB."""

MAX_FILES = 20
"""The limit for one message."""

REFERENCE = "attachment"
"""The key of a text block that replaces a file: its value is `<document id>/<file name>`, or an address."""

_FILE_TYPES = frozenset({
    "file", "image", "document", "media", "image_url", "input_file", "input_image",
    "audio", "video", "input_audio", "video_url",  # recognised only to be refused with a clear message
})  # fmt: skip
_NESTED_KEYS = (
    "metadata",
    "extras",
    "file",
    "source",
    "image_url",
    "inline_data",
    "inlineData",
    "input_audio",
    "video_url",
)
_FILE_KEYS_WITHOUT_TYPE = ("file", "inline_data", "inlineData")
_DATA_KEYS = ("base64", "data", "file_data", "url", "image_url", "file_url", "video_url")
_BASE64 = re.compile(r"[\w+/-]{2000}|(?:[\w+/=-]{60,}\s+){30}", re.ASCII)
_STORED_FILE = re.compile(rf"[0-9a-f]{{{DOCUMENT_ID_DIGITS}}}/[^/\\]+")


_URL_SAFE = str.maketrans("-_", "+/")  # the URL-safe alphabet of base64 to the standard one
_BAD_MESSAGES = (
    "`messages` cannot be understood: send a list such as [{'role': 'user', 'content': 'What does it cost?'}]."
)
_BASE64_AS_TEXT = (
    "A message holds a file's base64 as text: attach it as a block of type file or image, or ingest it by its path."
)


class Attachment(NamedTuple):
    """A file in a content block."""

    name: str
    """The file's name; "" if the block has none."""
    data: str = ""
    """The bytes as base64; "" if the block has an address."""
    url: str = ""
    """The address; "" if the block has the bytes."""


def detach(given: Any, folder: Path, limit: int = MAX_FILE_BYTES) -> Any:
    """Store the files of a run's input, and return the input with references in their place.

    Args:
        given: The input of a run; returned as it is if it has no `messages`.
        folder: Where the files are stored: in a folder of each document's id.
        limit: The number of bytes that a file may have.

    Raises:
        BadInputError: a file is too large, broken or of an unsupported format, there are too many of them, or the
            messages have a form that LangChain does not know.
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
    except (KeyError, NotImplementedError, TypeError, ValueError) as error:  # NotImplementedError: an unknown type
        raise BadInputError(_BAD_MESSAGES) from error
    return {**given, "messages": detached if isinstance(messages, list) else detached[0]}


def has_files(messages: Any) -> bool:
    """Return whether any of the messages has a file attached."""
    several = messages if isinstance(messages, list) else [messages]
    return any(_file_in(block) for message in several for block in _blocks_of(_content_of(message)))


def looks_like_base64(value: object) -> bool:
    """Return whether a value is a text with a file in base64: 2,000 characters in a row, or 30 such lines."""
    return isinstance(value, str) and len(value) >= 2000 and _BASE64.search(value) is not None


def references_in(message: BaseMessage) -> list[str]:
    """Return the references of the files that were attached to a message."""
    return [str(block[REFERENCE]) for block in _blocks(message.content) if isinstance(block.get(REFERENCE), str)]


def text_of(message: BaseMessage) -> str:
    """Return the text of a message, without the blocks that replace its files."""
    if isinstance(message.content, str):
        return message.content
    texts = [block if isinstance(block, str) else "" if REFERENCE in block else block.get("text", "")
             for block in message.content]  # fmt: skip
    return "\n".join(text for text in texts if isinstance(text, str) and text.strip())


def source_of(reference: str, folder: Path) -> str:
    """Return the source to ingest for a reference: the stored file's path, or the address.

    A client can write any text as a reference; only files that `detach` stored below `folder` are accepted.

    Raises:
        BadInputError: there is no such file.
    """
    if is_url(reference):
        return reference
    path = folder / reference
    if not is_stored(reference) or not path.is_file():
        raise BadInputError(f"The attached file {reference!r} is not there (any more): attach it again.")
    return str(path)


def is_stored(reference: str) -> bool:
    """Return whether a reference has the form of that of a stored file."""
    return bool(_STORED_FILE.fullmatch(reference)) and ".." not in reference.split("/")


def document_id_of(reference: str) -> str:
    """Return the document id of a stored file; "" for an address, whose bytes are not known yet."""
    return reference.split("/")[0] if _STORED_FILE.fullmatch(reference) else ""


def _detached(message: Any, folder: Path, limit: int) -> Any:
    """Return one message, in any form that LangChain accepts, with references in place of its files."""
    content = _content_of(message)
    if looks_like_base64(content):
        raise BadInputError(_BASE64_AS_TEXT)
    content = _blocks_of(content)
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
    """Return the content of a message in any form that LangChain accepts: object, mapping, or role and content."""
    if isinstance(message, BaseMessage):
        return message.content
    if isinstance(message, Mapping):
        return message.get("content")
    if isinstance(message, Sequence) and not isinstance(message, str) and len(message) == 2:
        return message[1]
    return None


def _blocks_of(content: Any) -> list[Any]:
    """Return the blocks of a message's content; none for a text."""
    return list(content) if isinstance(content, list) else [content] if isinstance(content, Mapping) else []


def _reference(file: Attachment, folder: Path, limit: int) -> dict[str, str]:
    """Store a file, unless it is an address, and return the block that replaces it."""
    if file.url:
        return {"type": "text", "text": f"Attached: {file.url}", REFERENCE: file.url}
    path = _store(file, folder, limit)
    return {"type": "text", "text": f"Attached: {path.name}", REFERENCE: f"{path.parent.name}/{path.name}"}


def _store(file: Attachment, folder: Path, limit: int) -> Path:
    """Write a file to `<folder>/<document id>/<file name>`, unless it is there already, and return its path."""
    label = repr(file.name) if file.name else "The attached file"
    if len(file.data) * 3 // 4 > limit:
        raise BadInputError(f"{label} is larger than {limit >> 20} MB: split it, or ingest it by its path.")
    try:
        text = "".join(file.data.split()).translate(_URL_SAFE)
        content = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadInputError(f"{label} is not valid base64 ({error}): attach it again.") from error
    opened, given = io.BytesIO(content), Path(file.name).suffix
    suffix = sniff_suffix(opened, given)
    if not suffix:
        problem = misnamed_text(opened, given) or f"has an unsupported format: attach a {FORMAT_NAMES} file."
        raise BadInputError(f"{label} {problem}")
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
    """Return the file in a content block; None if it is a text or of another type.

    Raises:
        BadInputError: the block has neither bytes nor an address, or base64 in a place that no known client uses.
    """
    if not isinstance(block, Mapping):
        return None
    kind = block.get("type", "file" if any(key in block for key in _FILE_KEYS_WITHOUT_TYPE) else None)
    if kind not in _FILE_TYPES or REFERENCE in block:
        if any(looks_like_base64(value) for nest in (block, *_nested(block)) for value in nest.values()):
            raise BadInputError(_BASE64_AS_TEXT)
        return None
    nests = [block, *_nested(block)]
    name = next((value for nest in nests for value in _names(nest) if isinstance(value, str) and value), "")
    for nest in nests:
        for key in _DATA_KEYS:
            value = nest.get(key)
            if isinstance(value, str) and value:
                return _attachment(name, key, value)
    raise BadInputError(f"The {kind} block {name!r} holds neither bytes nor an address: send it as base64 or by a URL.")


def _attachment(name: str, key: str, value: str) -> Attachment:
    """Return the file of a block's value, which is base64, a `data:` address or another address."""
    if value.startswith("data:"):
        head, _, body = value.partition(",")
        if not head.endswith(";base64"):
            body = base64.b64encode(unquote_to_bytes(body)).decode()
        return Attachment(name, data=body)
    if is_url(value):
        return Attachment(name, url=value)
    if key in ("url", "image_url", "file_url"):
        raise BadInputError(f"{value[:80]!r} is not an address that can be fetched: attach the file itself.")
    return Attachment(name, data=value)


def _nested(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the mappings inside a block in which clients put names and bytes."""
    for key in _NESTED_KEYS:
        if isinstance(block.get(key), Mapping):
            yield block[key]


def _names(nest: Mapping[str, Any]) -> list[Any]:
    """Return the values under the keys that clients use for a file's name."""
    return [nest.get(key) for key in ("filename", "file_name", "name", "title")]


def _blocks(content: str | list[str | dict[Any, Any]]) -> list[dict[Any, Any]]:
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []
