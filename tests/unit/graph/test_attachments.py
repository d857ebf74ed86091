"""Attached files: which forms are found in messages, what is stored, and which references are accepted."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.types import Overwrite

from graph.attachments import (
    MAX_FILES,
    REFERENCE,
    detach,
    document_id_of,
    has_files,
    looks_like_base64,
    references_in,
    source_of,
    text_of,
)
from graph.errors import BadInputError

PDF = b"%PDF-1.7\n1 0 obj\n"
DATA = base64.b64encode(PDF).decode()
IDENTITY = hashlib.sha256(PDF).hexdigest()[:16]
FILE = {"type": "file", "base64": DATA, "mime_type": "application/pdf", "filename": "a.pdf"}
TEXT = {"type": "text", "text": "What does it cost?"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "downloads"
    made.mkdir()
    return made


def user(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def detached(folder: Path, *blocks: Any) -> list[Any]:
    """The blocks of a message after its files were taken out."""
    content: list[Any] = detach({"messages": [user(*blocks)]}, folder)["messages"][0]["content"]
    return content


@pytest.mark.parametrize(
    "block",
    [
        FILE,
        {"type": "file", "source_type": "base64", "data": DATA, "metadata": {"filename": "a.pdf"}},
        {"type": "file", "data": DATA, "extras": {"name": "a.pdf"}},
        {"type": "file", "file": {"file_data": f"data:application/pdf;base64,{DATA}", "filename": "a.pdf"}},
        {"type": "input_file", "file_data": DATA, "filename": "a.pdf"},
        {"type": "document", "title": "a.pdf", "source": {"type": "base64", "data": DATA}},
        {"inlineData": {"data": DATA, "mimeType": "application/pdf"}, "name": "a.pdf"},
        {"type": "media", "data": DATA, "name": "a.pdf"},
    ],
    ids=["LangChain 1", "LangChain 0.3", "Agent Chat UI", "OpenAI chat", "OpenAI responses", "Anthropic", "Google",
         "LangChain Google"],
)  # fmt: skip
def test_a_file_in_the_form_of_each_client_becomes_a_reference(folder: Path, block: dict[str, Any]) -> None:
    assert has_files([user(block)])
    text, reference = detached(folder, TEXT, block)
    assert text == TEXT
    assert reference == {"type": "text", "text": "Attached: a.pdf", REFERENCE: f"{IDENTITY}/a.pdf"}
    assert (folder / IDENTITY / "a.pdf").read_bytes() == PDF


@pytest.mark.parametrize(
    "message", [HumanMessage([FILE]), user(FILE), ("user", [FILE])], ids=["object", "dict", "pair"]
)
def test_every_form_of_a_message_is_detached(folder: Path, message: Any) -> None:
    (made,) = detach({"messages": [message]}, folder)["messages"]
    assert type(made) is type(message)
    assert DATA not in str(made)
    assert f"{IDENTITY}/a.pdf" in str(made)
    assert DATA not in str(detach({"messages": message}, folder)), "one message in place of a list"
    assert DATA not in str(detach({"messages": Overwrite([message])}, folder)["messages"].value)


def test_an_address_is_referred_to_and_not_stored(folder: Path) -> None:
    url = "https://example.org/a.pdf"
    (block,) = detached(folder, {"type": "image_url", "image_url": {"url": url}})
    assert (block[REFERENCE], list(folder.iterdir())) == (url, [])
    assert source_of(url, folder) == url
    assert document_id_of(url) == ""


@pytest.mark.parametrize("given", [{}, {"question": "x"}, {"messages": []}, None, {"messages": [user(TEXT)]}])
def test_an_input_without_files_is_not_changed(folder: Path, given: Any) -> None:
    assert detach(given, folder) == given
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({**FILE, "base64": "%%%"}, "not valid base64"),
        ({**FILE, "base64": base64.b64encode(b"MZ" * 50).decode()}, "not in PDF format but a text"),
        ({"type": "audio", "base64": base64.b64encode(b"RIFF\0" * 50).decode()}, "unsupported format"),
        ({"type": "file", "file_id": "file-abc"}, "neither bytes nor an address"),
        ({"type": "image_url", "image_url": {"url": "ftp://example.org/a.png"}}, "not an address that can be fetched"),
        ({"type": "text", "text": "A" * 3000}, "base64 as text"),
        ({"type": "custom", "source": {"bytes": "A" * 3000}}, "base64 as text"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_one_sentence(folder: Path, block: Any, message: str) -> None:
    with pytest.raises(BadInputError, match=message):
        detached(folder, block)
    assert list(folder.iterdir()) == []


def test_size_and_number_of_files_are_limited(folder: Path) -> None:
    with pytest.raises(BadInputError, match="larger than 0 MB"):
        detach({"messages": [user(FILE)]}, folder, limit=len(PDF) - 4)
    assert len(detached(folder, *[FILE] * MAX_FILES)) == MAX_FILES
    with pytest.raises(BadInputError, match=f"attach at most {MAX_FILES}"):
        detached(folder, *[FILE] * (MAX_FILES + 1))


@pytest.mark.parametrize("name", ["../../x.pdf", "/etc/x.pdf", "C:\\x.pdf", ".x", "", "x" * 400])
def test_a_name_cannot_lead_out_of_its_folder(folder: Path, name: str) -> None:
    (block,) = detached(folder, {**FILE, "filename": name})
    stored = Path(source_of(block[REFERENCE], folder))
    assert stored.read_bytes() == PDF
    assert stored.resolve().parent == (folder / IDENTITY).resolve()


@pytest.mark.parametrize(
    "reference",
    ["{outside}", "../outside.pdf", f"{IDENTITY}/../../outside.pdf", "loose.pdf", f"{IDENTITY}/deep/a.pdf",
     f"{IDENTITY.upper()}/a.pdf", f"{IDENTITY}/missing.pdf", f"{IDENTITY}/", IDENTITY, ""],
)  # fmt: skip
def test_a_reference_to_a_file_that_was_not_attached_is_refused(folder: Path, tmp_path: Path, reference: str) -> None:
    """All files but the missing one exist; only the form of the reference shows that they were not attached."""
    for path in (tmp_path / "outside.pdf", folder / "loose.pdf", folder / IDENTITY / "a.pdf",
                 folder / IDENTITY / "deep" / "a.pdf", folder / IDENTITY.upper() / "a.pdf"):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(PDF)
    assert source_of(f"{IDENTITY}/a.pdf", folder) == str(folder / IDENTITY / "a.pdf")
    with pytest.raises(BadInputError, match="attach it again"):
        source_of(reference.format(outside=tmp_path / "outside.pdf"), folder)


def test_references_and_text_of_a_message(folder: Path) -> None:
    message = HumanMessage(detached(folder, TEXT, FILE, "And when?"))
    assert references_in(message) == [f"{IDENTITY}/a.pdf"]
    assert document_id_of(f"{IDENTITY}/a.pdf") == IDENTITY
    assert text_of(message) == "What does it cost?\nAnd when?"
    assert (references_in(AIMessage("Hello")), text_of(AIMessage("Hello"))) == ([], "Hello")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (base64.b64encode(bytes(range(256)) * 10).decode(), True),
        (base64.encodebytes(bytes(range(256)) * 10).decode(), True),
        ("The storm closed the slipway. " * 200, False),
        ("A" * 1999, False),
        (("x" * 59 + " ") * 100, False),
        (b"A" * 3000, False),
    ],
    ids=["one line", "lines", "prose", "short", "long words", "bytes"],
)
def test_base64_is_recognised_and_prose_is_not(text: object, found: bool) -> None:
    assert looks_like_base64(text) is found
