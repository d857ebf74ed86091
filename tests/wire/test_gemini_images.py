"""Page images in a question: which are sent, and how claims from them are marked."""

from __future__ import annotations

from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from graph import dependencies
from graph.access import Scope
from graph.app import compile_app
from graph.context import Context
from tests.wire.gemini_server import GeminiServer, Recorded
from tests.wire.scripted_replies import (
    FOUNDED,
    LETTER,
    QUESTION,
    TRUE,
    Model,
    ask,
    claim,
    kind,
    kinds,
)

FIGURE, TABLE = "July 138.7", "Spending in thousand euros"
SEEN = "(not proven: read from the image of the page, not found in its text)"


def images(gemini: GeminiServer, wanted: str = "answer") -> list[int]:
    """The pages whose images were in the last request of a kind."""
    request: Recorded = [chat for chat in gemini.chats if kind(chat) == wanted][-1]
    catalog, stored = dependencies.stores(Scope.everything()).catalog, dependencies.home_stores().images
    (document,) = catalog.documents()
    pages = {stored.get(row.image): row.page for row in catalog.pages(document.id)}
    return [pages[image] for image in request.images]


def only(model: Model, *words: str) -> None:
    """Let the passages with these words be the relevant ones."""
    model.relevant = lambda text: any(word in text for word in words)


@pytest.mark.parametrize(
    ("words", "context", "pages"),
    [
        pytest.param([FOUNDED], {}, [], id="text on a page with a text layer"),
        pytest.param([FIGURE], {}, [4], id="a figure"),
        pytest.param([TABLE], {}, [6], id="a table"),
        pytest.param([LETTER], {}, [5], id="text on a scan"),
        pytest.param([FOUNDED, LETTER], {}, [5], id="a scan among others"),
        pytest.param([LETTER], {"look_again": "off"}, [], id="switched off"),
        pytest.param([LETTER], {"max_images": 0}, [], id="none allowed"),
        pytest.param([LETTER, FIGURE, TABLE], {"max_images": 1}, None, id="one allowed"),
        pytest.param([LETTER, FIGURE, TABLE], {"max_images": 4}, None, id="four allowed"),
    ],
)
def test_images_go_with_the_question_when_and_only_when_the_rule_says_so(
    library: Model, gemini: GeminiServer, words: list[str], context: dict[str, Any], pages: list[int] | None
) -> None:
    only(library, *words)
    library.claims = [TRUE]
    ask(**context)
    sent = images(gemini)
    if pages is None:
        assert len(sent) == min(context["max_images"], 3)
        assert set(sent) <= {4, 5, 6}
    else:
        assert sent == pages
    assert kinds(gemini)[:3] == ["embed", "grade", "answer"]
    assert all(not chat.images for chat in gemini.chats if kind(chat) != "answer")


def test_each_image_is_headed_by_its_page_and_chunks(library: Model, gemini: GeminiServer) -> None:
    only(library, LETTER)
    library.claims = [claim("They ask 18,450 euros.", LETTER)]
    output = ask()
    assert 'Image I1: page 5 of "sample.pdf", with P1.' in gemini.chats[-1].prompt
    assert output["verdict"] == "proven"
    assert "verified" not in output["citations"][0]


def on_image(text: str, quote: str, label: str = "I1") -> dict[str, Any]:
    return claim(text, quote, passage=label)


def test_what_the_text_of_the_page_holds_is_an_ordinary_citation(library: Model) -> None:
    only(library, LETTER)
    library.claims = [on_image("They ask 18,450 euros.", LETTER)]
    output = ask()
    (citation,) = output["citations"]
    assert (citation["page"], output["verdict"], output["notes"]) == (5, "proven", [])
    assert (citation["read_from"], "verified" in citation) == ("ocr", False)
    assert output["answer"] == "They ask 18,450 euros. [1]"


@pytest.mark.parametrize(
    ("words", "text", "quote", "page"),
    [
        pytest.param(LETTER, "The letter is stamped 7731.", "No. 7731", 5, id="a scan"),
        pytest.param(FIGURE, "March had 88.2 hours.", "March 88.2", 4, id="a figure"),
    ],
)
def test_what_only_the_image_holds_is_marked_and_never_verified(
    library: Model, words: str, text: str, quote: str, page: int
) -> None:
    only(library, words)
    library.claims = [on_image(text, quote)]
    output = ask()
    assert output["answer"] == f"{text} [1] {SEEN}"
    (citation,) = output["citations"]
    assert (citation["page"], citation["quote"], citation["boxes"]) == (page, quote, [[0, 0, 1, 1]])
    assert (citation["verified"], citation["read_from"], output["verdict"]) == (False, "image", "seen")
    (note,) = output["notes"]
    assert note["kind"] == "read_from_image"
    assert f"page {page} of sample.pdf" in note["text"]


def test_an_answer_that_is_partly_read_from_an_image_says_so(library: Model) -> None:
    only(library, LETTER)
    library.claims = [claim("They ask 18,450 euros.", LETTER), on_image("The letter is stamped 7731.", "No. 7731")]
    output = ask()
    assert output["verdict"] == "partly_proven"
    assert output["answer"].split("\n\n") == [
        "They ask 18,450 euros. [1]", f"The letter is stamped 7731. [2] {SEEN}"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said", "failure"),
    [
        pytest.param(
            LETTER, on_image("It is 18,540.", LETTER.replace("450", "540")), "says something else", id="digit"
        ),
        pytest.param(
            LETTER, on_image("It is for the boat.", LETTER.replace("repair", "boat")),
            "says something else", id="word",
        ),
        pytest.param(FIGURE, on_image("July had 183.7.", "July 183.7"), "says something else", id="chart value"),
        pytest.param(TABLE, on_image("Wages were 55.1.", "Wages 55.1"), "no figure", id="legible page"),
        pytest.param(LETTER, on_image("It is stamped 7732.", "No. 7731"), "does not hold 7732", id="number"),
        pytest.param(LETTER, on_image("Ann Byron signed.", "signed R. S."), "does not name Ann, Byron", id="name"),
        pytest.param(LETTER, on_image("It is stamped.", "."), "is empty", id="no quote"),
        pytest.param(LETTER, on_image(" ", "No. 7731"), "is empty", id="no claim"),
        pytest.param(LETTER, on_image("It is stamped.", "No. 7731", "I2"), "not offered", id="unknown image"),
        pytest.param(FOUNDED, on_image("It is stamped.", "No. 7731"), "not offered", id="no image offered"),
    ],
)  # fmt: skip
def test_a_false_claim_about_an_image_is_left_out(
    library: Model, words: str, said: dict[str, Any], failure: str
) -> None:
    only(library, words)
    library.claims = [said]
    output = ask()
    assert (output["refused"], output["citations"], output["verdict"]) == (True, [], "refused")
    assert failure in output["verdicts"][0]["failure"]


def test_the_images_are_sent_again_only_to_repair_what_was_read_from_them(library: Model, gemini: GeminiServer) -> None:
    only(library, LETTER)
    library.claims = [claim("It is 18,451.", LETTER)]
    ask()
    assert images(gemini, "repair") == []
    library.claims = [on_image("It is stamped 7732.", "No. 7731")]
    library.repairs = {1: on_image("It is stamped 7731.", "No. 7731")}
    assert ask()["verdict"] == "seen"
    assert images(gemini, "repair") == [5]


def test_no_image_gets_into_a_checkpoint(library: Model, gemini: GeminiServer) -> None:
    only(library, LETTER)
    library.claims = [on_image("The letter is stamped 7731.", "No. 7731")]
    saver = InMemorySaver()
    compile_app(saver).invoke({"question": QUESTION}, {"configurable": {"thread_id": "t"}}, context=Context(top_k=20))
    assert images(gemini) == [5]
    sizes = [len(saver.serde.dumps_typed(saved.checkpoint["channel_values"])[1]) for saved in saver.list(None)]
    assert len(sizes) > 8
    assert max(sizes) < 60_000, "the image alone has more"
    assert len(dependencies.home_stores().images.get(_image_of(5))) > 60_000


def _image_of(page: int) -> str:
    catalog = dependencies.stores(Scope.everything()).catalog
    return next(row.image for row in catalog.pages(catalog.documents()[0].id) if row.page == page)
