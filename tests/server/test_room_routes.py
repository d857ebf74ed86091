"""Routes that the reading room needs: pages of the list, unread uploads, overviews, words of a page, files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pymupdf
import pytest

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

PASSWORD = "a password of the tests"


@pytest.fixture(autouse=True)
def _empty(server: Server) -> None:
    server.delete_documents()
    for one in server.get("/uploads")["uploads"]:
        httpx.delete(f"{server.url}/uploads/{one['id']}", timeout=300).raise_for_status()


async def read(server: Server, path: Path, name: str = "") -> str:
    kept = server.upload(path.read_bytes(), name or path.name).json()
    await server.run("ingestion", sources=[kept["source"]])
    return str(kept["id"])


async def test_the_list_is_given_in_pages_filtered_and_in_order(server: Server, make_pdf: MakePdf) -> None:
    for at, name in enumerate(("beta survey.pdf", "alpha survey.pdf", "gamma.pdf")):
        await read(server, make_pdf(name, *["The mill at Lorm has nine wheels."] * (at + 1), f"Number {at} of all."))

    def names(query: str) -> list[str]:
        return [one["name"] for one in server.get(f"/documents?{query}")["documents"]]

    assert names("order=name") == ["alpha survey.pdf", "beta survey.pdf", "gamma.pdf"]
    assert names("order=newest") == ["gamma.pdf", "alpha survey.pdf", "beta survey.pdf"]
    assert names("order=pages")[0] == "gamma.pdf"
    assert names("") == names("order=oldest") == ["beta survey.pdf", "alpha survey.pdf", "gamma.pdf"]
    assert names("order=name&limit=1&offset=1") == ["beta survey.pdf"]
    assert names("q=SURVEY+al") == ["alpha survey.pdf"]
    told = server.get("/documents?q=survey&limit=1")
    assert (len(told["documents"]), told["total"], told["all"], told["unfinished"]) == (1, 2, 3, 0)
    assert names("unfinished=1") == names("offset=9") == names("q=nothing") == []


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "offset=-1", "order=size", "unfinished=2",
                                   f"q={'x' * 201}"])  # fmt: skip
def test_a_wrong_query_of_the_list_is_told_in_a_sentence(server: Server, query: str) -> None:
    reply = httpx.get(f"{server.url}/documents?{query}", timeout=300)
    assert reply.status_code == 422
    assert reply.json()["detail"].endswith(".")


def assert_many_are_added(server: Server, known: str) -> None:
    def add(body: Any) -> httpx.Response:
        return httpx.post(f"{server.url}/collections", json=body, timeout=300)

    assert add({"documents": [known, "0" * 16], "names": ["All mills"]}).json() == {
        "documents": 1,
        "names": ["All mills"],
    }
    [told] = server.get("/documents?collection=All mills")["documents"]
    assert told["collections"] == ["All mills", "Mills & <b>more</b>"]
    for body, said in (([known], "JSON object"), ({"documents": [known]}, "JSON object"), ({}, "JSON object"),
                       ({"documents": [], "names": ["a"]}, "JSON object"), ({"documents": [1], "names": ["a"]}, "JSON"),
                       ({"documents": ["0" * 16], "names": ["a"]}, "None of these documents"),
                       ({"documents": [known], "names": ["a,b"]}, "without a comma")):  # fmt: skip
        reply = add(body)
        assert (reply.status_code, said in reply.json()["detail"]) == (422, True)
    assert add({"documents": ["x" * 2**20], "names": ["a"]}).status_code == 413


async def test_a_collection_filters_the_list_and_is_gone_with_its_last_document(
    server: Server, make_pdf: MakePdf
) -> None:
    one, other = [await read(server, make_pdf(f"mill {n}.pdf", f"Mill {n} has {n} wheels.")) for n in (3, 4)]

    def put(document: str, body: Any) -> httpx.Response:
        return httpx.put(f"{server.url}/documents/{document}/collections", json=body, timeout=300)

    assert put(one, ["Mills & <b>more</b>"]).json() == {"id": one, "collections": ["Mills & <b>more</b>"]}
    put(other, ["mills & <B>more</b>", "Other"])
    told = server.get("/documents?limit=9")
    assert told["collections"] == [{"name": "Mills & <b>more</b>", "count": 2}, {"name": "Other", "count": 1}]
    assert [document["collections"] for document in told["documents"]] == [
        ["Mills & <b>more</b>"], ["Mills & <b>more</b>", "Other"]
    ]  # fmt: skip
    assert [document["id"] for document in server.get("/documents?collection=Other")["documents"]] == [other]
    assert server.get("/documents?collection=nothing")["total"] == 0
    assert server.get(f"/documents?ids={other},{'0' * 16}")["documents"][0]["id"] == other
    httpx.delete(f"{server.url}/documents/{other}", timeout=300).raise_for_status()
    assert [collection["name"] for collection in server.get("/documents?limit=9")["collections"]] == [
        "Mills & <b>more</b>"
    ]
    assert server.get("/documents")["documents"][0].keys() >= {"id"}
    for body, said in (({}, "must be a JSON list"), ([1], "must be a JSON list"), (["a,b"], "without a comma"),
                       ([""], "without a comma")):  # fmt: skip
        reply = put(one, body)
        assert reply.status_code == 422
        assert said in reply.json()["detail"]
    assert put(one, ["x" * 20_000]).status_code == 413
    assert_many_are_added(server, one)
    assert put("0" * 16, ["a"]).status_code == put("..%2f..%2fetc", ["a"]).status_code == 404


async def test_uploads_that_were_never_read_say_why_and_can_be_deleted(server: Server, make_pdf: MakePdf) -> None:
    locked = server.upload(make_pdf("locked.pdf", "A sealed word.", password=PASSWORD).read_bytes(), "locked.pdf")
    broken = server.upload(b"%PDF-1.7\nnothing follows", "broken.pdf")
    waiting = server.upload(make_pdf("waiting.pdf", "It can be read.").read_bytes(), "waiting.pdf")
    listed = {one["name"]: one for one in server.get("/uploads")["uploads"]}
    assert {name: one["problem"] for name, one in listed.items()} == {
        "locked.pdf": "password", "broken.pdf": "unusable", "waiting.pdf": ""
    }  # fmt: skip
    assert str(server.folder) not in str(listed)
    await server.run("ingestion", sources=[waiting.json()["source"]])
    assert {one["name"] for one in server.get("/uploads")["uploads"]} == {"locked.pdf", "broken.pdf"}
    for reply, status in ((locked, 200), (locked, 404), (broken, 200), (waiting, 409)):
        told = httpx.delete(f"{server.url}/uploads/{reply.json()['id']}", timeout=300)
        assert told.status_code == status
    assert server.get("/uploads") == {"uploads": [], "total": 0}
    assert not (server.uploads / locked.json()["id"]).exists()
    assert (server.uploads / waiting.json()["id"]).exists()


@pytest.mark.parametrize("given", ["..", "%2e%2e", "..%2f..", "0123456789abcdef", "x", "*"])
def test_no_other_folder_can_be_deleted_as_an_upload(server: Server, given: str) -> None:
    assert httpx.delete(f"{server.url}/uploads/{given}", timeout=300).status_code in (404, 405)
    assert server.home.is_dir()


async def test_an_overview_quotes_the_document_and_its_questions_are_answered(server: Server, tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    for heading, text in (
        ("The mill at Lorm", "The mill at Lorm was built in 1731 and has nine wheels. It grinds oats and barley."),
        ("Repairs of the weir", "The repairs of the weir took four summers. The weir now holds back the spring flood."),
    ):
        page = document.new_page(width=420, height=595)
        page.insert_text((40, 90), heading, fontsize=20)
        page.insert_textbox((40, 120, 380, 400), text, fontsize=11)
    document.save(str(tmp_path / "mill.pdf"))
    told = server.get(f"/documents/{await read(server, tmp_path / 'mill.pdf')}/overview")
    assert [(one["text"], one["page"]) for one in told["outline"]][-1] == ("Repairs of the weir", 2)
    assert "The mill at Lorm was built in 1731 and has nine wheels." in [one["text"] for one in told["quotes"]]
    assert not {one["text"] for one in told["quotes"]} & {one["text"] for one in told["outline"]}
    assert len(told["questions"]) == 3
    for question in told["questions"]:
        answer = await server.run("query", question=question)
        assert not answer["refused"], question


async def test_the_words_of_a_page_stand_where_they_are_on_its_image(server: Server, make_pdf: MakePdf) -> None:
    identity = await read(server, make_pdf("words.pdf", "Nine wheels turn."))
    words = server.get(f"/documents/{identity}/pages/1/words")["words"]
    assert [word["text"] for word in words] == ["Nine", "wheels", "turn."]
    for left, top, right, bottom in (word["box"] for word in words):
        assert 40 / 420 - 0.01 <= left < right <= 380 / 420
        assert 200 / 595 - 0.01 <= top < bottom <= 0.4
    assert httpx.get(f"{server.url}/documents/{identity}/pages/2/words", timeout=300).status_code == 404


async def test_the_file_is_the_one_that_was_read_and_is_given_as_a_pdf(server: Server, make_pdf: MakePdf) -> None:
    path = make_pdf("own.pdf", "These very bytes.")
    identity = await read(server, path, "naïve <b>.pdf")
    reply = httpx.get(f"{server.url}/documents/{identity}/file", timeout=300)
    assert hashlib.sha256(reply.content).hexdigest().startswith(identity)
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.headers["content-disposition"].startswith("inline; filename*=UTF-8''na%C3%AFve")
    saved = httpx.get(f"{server.url}/documents/{identity}/file?download=1", timeout=300)
    assert saved.headers["content-disposition"].startswith("attachment")
    (stored,) = (server.uploads / identity).iterdir()
    stored.write_bytes(b"%PDF-1.7\nother bytes")
    assert httpx.get(f"{server.url}/documents/{identity}/file", timeout=300).status_code == 404
    assert httpx.get(f"{server.url}/documents/{identity}/file?download=2", timeout=300).status_code == 422


async def test_the_file_of_another_format_is_not_given(server: Server) -> None:
    kept = server.upload(
        b"<html><body><p>The mill has <script>alert(1)</script> nine wheels.</p></body></html>", "a.html"
    )
    await server.run("ingestion", sources=[kept.json()["source"]])
    assert httpx.get(f"{server.url}/documents/{kept.json()['id']}/file", timeout=300).status_code == 404


async def test_a_reply_carries_what_is_shown_of_it_again(server: Server, make_pdf: MakePdf) -> None:
    """A conversation that is opened again has the reasons, times and closest pages of each of its turns."""
    await read(server, make_pdf("mill.pdf", "The mill at Lorm has nine wheels."))
    asked = [{"role": "user", "content": "Who painted the ceiling of the palace in Verona?"}]
    reply = (await server.run("query", messages=asked))["messages"][-1]["additional_kwargs"]
    assert reply["verdict"] == "refused"
    assert reply["reason"] == "nothing_relevant"
    assert reply["seconds"] > 0
    assert [(one["name"], one["page"]) for one in reply["closest"]] == [("mill.pdf", 1)]
    answered = [{"role": "user", "content": "How many wheels does the mill at Lorm have?"}]
    proven = (await server.run("query", messages=answered))["messages"][-1]["additional_kwargs"]
    assert proven["verdict"] == "proven"
    assert not {"reason", "closest"} & set(proven)
