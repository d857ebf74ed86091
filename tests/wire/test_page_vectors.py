"""Page images in the index: sent six at a time, found by a question in words, made again by `reembed`."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli.main import main
from graph.context import Context
from graph.errors import ModelError
from tests.wire.gemini_server import GeminiServer
from tests.wire.scripted_replies import Model

COLOURS = ["red", "green", "blue", "yellow", "purple", "orange", "black", "gray"]
"""One image-only page each, which the reader takes for a plain picture."""
SHOWN = ["lighthouse", "harbour", "glacier", "desert", "orchard", "volcano", "tunnel", "meadow"]
SCENES = dict(zip(COLOURS, SHOWN, strict=True))


@pytest.fixture
def album(tmp_path: Path, model: Model, gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PDF of eight pictures; the reader sees nothing in them, and the embedding model what they show."""
    monkeypatch.setenv("PAGEWITNESS_EMBED_IMAGES", "on")
    model.pages = lambda page: f"<figure>Plate number {page}.</figure>"
    gemini.sees = lambda png: SCENES[colour_of(png)]
    path = tmp_path / "album.pdf"
    pages = [picture(colour) for colour in COLOURS]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def picture(colour: str) -> Image.Image:
    """A page with a disc of a colour between two bars."""
    page = Image.new("RGB", (800, 600), "white")
    draw = ImageDraw.Draw(page)
    draw.ellipse((200, 100, 600, 500), fill=colour)
    for top in (30, 540):
        draw.rectangle((60, top, 740, top + 25), fill="brown")
    return page


def colour_of(png: bytes) -> str:
    """The named colour that is nearest to an image's middle."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    middle: Any = image.getpixel((image.width // 2, image.height // 2))

    def distance(name: str) -> int:
        own: Any = Image.new("RGB", (1, 1), name).getpixel((0, 0))
        return sum((one - other) ** 2 for one, other in zip(middle, own, strict=True))

    return min(COLOURS, key=distance)


def images_sent(server: GeminiServer) -> list[int]:
    """How many images each embedding request held, of those that held some."""
    counts = [sum(map(bool, request.pictures)) for request in server.embeddings]
    return [count for count in counts if count]


def retrieved(question: str) -> list[int]:
    """The pages that are retrieved for a question, best first."""
    return [
        one["page"] for one in app.invoke({"question": question}, context=Context(top_k=8, max_rewrites=0))["retrieved"]
    ]


def test_an_image_only_page_is_found_by_a_question_in_words_until_its_document_is_deleted(
    album: Path, gemini: GeminiServer
) -> None:
    report = app.invoke({"sources": [str(album)]})["report"]
    assert report["documents"][0]["status"] == "complete"
    assert images_sent(gemini) == [6, 2]
    assert report["usage"]["requests"] == len(gemini.requests)
    for page, scene in enumerate(SCENES.values(), 1):
        assert retrieved(f"Where is the {scene}?")[0] == page
    assert dependencies.stores(Scope.everything()).page_vectors.count() >= len(COLOURS)
    assert main(["delete", report["documents"][0]["id"]]) == 0
    assert dependencies.stores(Scope.everything()).page_vectors.count() == 0


def test_without_the_setting_no_image_is_sent_and_none_is_found(
    album: Path, gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PAGEWITNESS_EMBED_IMAGES")
    app.invoke({"sources": [str(album)]})
    assert images_sent(gemini) == []
    assert {retrieved(f"Where is the {scene}?")[0] for scene in SCENES.values()} != set(range(1, 9))
    assert not dependencies.home_stores().has_page_vectors()


@pytest.mark.slow
def test_reembed_makes_the_vectors_of_images_again(album: Path, gemini: GeminiServer) -> None:
    app.invoke({"sources": [str(album)]})
    gemini.requests.clear()
    assert main(["reembed"]) == 0
    assert images_sent(gemini) == [6, 2]
    assert retrieved("Where is the volcano?")[0] == 6


@pytest.mark.slow
def test_pages_that_are_read_again_keep_the_vectors_of_their_images(
    album: Path, gemini: GeminiServer, model: Model
) -> None:
    app.invoke({"sources": [str(album)]})
    before = dependencies.stores(Scope.everything()).page_vectors.count()
    gemini.requests.clear()
    model.pages = lambda page: f"<figure>A picture, the one of number {page}.</figure>"
    app.invoke({"sources": [str(album)]}, context=Context(reread=True))
    assert gemini.embeddings, "the texts have changed"
    assert images_sent(gemini) == []
    assert dependencies.stores(Scope.everything()).page_vectors.count() == before
    assert retrieved("Where is the volcano?")[0] == 6


def test_a_model_that_embeds_no_images_is_refused_before_any_request(
    album: Path, gemini: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_EMBEDDING_MODEL", "google_genai:gemini-embedding-001")
    with pytest.raises(ModelError, match=r"EMBED_IMAGES is on, but .*-001' embeds no images: switch it off, or set"):
        app.invoke({"sources": [str(album)]})
    assert gemini.requests == []


def test_a_text_page_with_a_legible_layer_costs_no_image(
    model: Model, gemini: GeminiServer, make_pdf: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGEWITNESS_EMBED_IMAGES", "on")
    text = "The keeper of the light wrote down the wind and the weather of the day in the blue book by the door."
    model.pages = lambda page: text
    app.invoke({"sources": [str(make_pdf("log.pdf", text))]})
    assert images_sent(gemini) == []


def test_doctor_asks_whether_the_embedding_model_takes_images(
    album: Path, gemini: GeminiServer, capsys: pytest.CaptureFixture[str]
) -> None:
    gemini.sees = lambda png: "a number"
    main(["doctor", "--ask", "--json"])
    asked = {one["model"]: one for one in json.loads(capsys.readouterr().out)["models"]}
    assert asked["google_genai:gemini-embedding-2"]["image"] == "yes"
    assert images_sent(gemini) == [1]
