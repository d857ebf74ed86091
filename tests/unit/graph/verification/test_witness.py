"""Second witnesses: only what the page's text layer or OCR holds is verified, whatever a model wrote of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from graph.storage.base import Catalog
from graph.storage.rows import PageRow, Transcript, layer_key, ocr_key
from graph.types import Citation, Claim
from graph.verification.verifier import ClaimVerifier
from loaders.text.doubtful_numbers import note_of_doubtful, note_of_unsure
from loaders.types import Block, Box, Chunk, Sentence, Word
from tests.libraries import open_catalog
from tests.unit.graph.storage.rows import document

Key = Callable[[str, int], str]
PRINTED = "The sluice holds 97.3 cubic metres and was built by Edda Corvin."
WRITTEN = PRINTED.replace("97.3", "97.8")
DESCRIBED = "The chart shows that the sluice leaks more each year."


def words(text: str) -> tuple[Word, ...]:
    return tuple(Word(word, Box(0.05 * at, 0.1, 0.05 * at + 0.04, 0.12)) for at, word in enumerate(text.split()))


class Home:
    """A catalog with one page, which a model has read."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        catalog.add_document(document("d", pages=1))

    def read(self, *blocks: Block, legible: bool, model: str = "some-model", detail: str = "") -> None:
        transcript = Transcript(f"d:1:{model}", blocks, ())
        row = PageRow(
            "d", 1, "read", model=model, image="image", legible=legible, transcript=transcript.key, detail=detail
        )
        self.catalog.record_page(row, transcript)
        sentences = tuple(Sentence(block.text, block.text, block.sentence_kind, (1,)) for block in blocks)
        text = "\n\n".join(block.text for block in blocks)
        chunk = Chunk(0, "text", text, (1,), (), 10, sentences, ((0, len(sentences)),))
        self.catalog.publish("d", self.catalog.stage_chunks("d", [chunk]))

    def cite(self, quote: str) -> Citation:
        ids = self.catalog.chunk_ids("d")
        (check,) = ClaimVerifier(self.catalog, ids, []).check([Claim(text="So it is.", chunk=ids[0], quote=quote)])
        assert check["citation"], check["failure"]
        assert check["verdict"] == ("proven" if "verified" not in check["citation"] else "seen")
        return check["citation"]

    def lacking(self, quote: str) -> list[int]:
        ids = self.catalog.chunk_ids("d")
        claims = [Claim(text="So it is.", chunk=ids[0], quote=quote)]
        return [row.page for row in ClaimVerifier(self.catalog, ids, []).pages_without_witness(claims)]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    catalog = open_catalog(tmp_path / "catalog.sqlite3")
    yield Home(catalog)
    catalog.close()


@pytest.mark.parametrize(("key", "legible", "read_from"), [(layer_key, True, "text"), (ocr_key, False, "ocr")])
def test_what_the_witness_holds_is_verified_with_its_boxes(home: Home, key: Key, legible: bool, read_from: str) -> None:
    home.read(Block("text", PRINTED), legible=legible)
    home.catalog.add_transcript(Transcript(key("d", 1), (Block("text", PRINTED),), words(PRINTED)))
    citation = home.cite(PRINTED)
    assert (citation["read_from"], "verified" in citation, len(citation["boxes"])) == (read_from, False, 1)
    assert home.lacking(PRINTED) == []


@pytest.mark.parametrize(("key", "legible"), [(layer_key, True), (ocr_key, False)])
def test_a_digit_that_only_the_model_read_is_not_verified(home: Home, key: Key, legible: bool) -> None:
    home.read(Block("text", WRITTEN), legible=legible)
    home.catalog.add_transcript(Transcript(key("d", 1), (Block("text", PRINTED),), words(PRINTED)))
    citation = home.cite(WRITTEN)
    assert (citation["verified"], citation["read_from"], len(citation["boxes"])) == (False, "transcript", 1)
    assert "97.3 where the transcript has 97.8" in citation["reason"]
    assert "verified" not in home.cite("was built by Edda Corvin"), "the rest of it is printed"
    assert home.cite(PRINTED)["read_from"] in ("text", "ocr"), "the page holds it, though the transcript does not"


def test_without_a_witness_it_is_the_models_word_and_ocr_is_asked_for(home: Home) -> None:
    home.read(Block("text", PRINTED), legible=False)
    assert home.lacking(PRINTED) == [1]
    assert (home.cite(PRINTED)["read_from"], home.cite(PRINTED)["verified"]) == ("transcript", False)
    home.catalog.add_transcript(Transcript(ocr_key("d", 1), ()))
    assert home.lacking(PRINTED) == [], "OCR that found nothing is not asked again"
    assert home.cite(PRINTED)["read_from"] == "transcript"


def test_a_description_is_never_what_the_page_says(home: Home) -> None:
    home.read(Block("text", PRINTED), Block("description", DESCRIBED), legible=True)
    both = f"{PRINTED} {DESCRIBED}"
    home.catalog.add_transcript(Transcript(layer_key("d", 1), (Block("text", both),), words(both)))
    citation = home.cite(DESCRIBED)
    assert (citation["read_from"], citation["verified"]) == ("description", False)
    assert "description" in citation["reason"]
    assert home.cite(PRINTED)["read_from"] == "text"


@pytest.mark.parametrize(("model", "read_from"), [("text-layer", "text"), ("ocr", "ocr"), ("text-layer+ocr", "ocr")])
def test_a_page_that_no_model_read_is_its_own_witness(home: Home, model: str, read_from: str) -> None:
    home.read(Block("text", PRINTED), legible=False, model=model)
    citation = home.cite(PRINTED)
    assert (citation["read_from"], "verified" in citation) == (read_from, False)
    assert home.lacking(PRINTED) == []


def test_a_second_reading_goes_with_its_document(home: Home) -> None:
    home.read(Block("text", PRINTED), legible=False)
    home.catalog.add_transcript(Transcript(ocr_key("d", 1), (), words(PRINTED)))
    home.catalog.delete_document("d")
    assert home.catalog.transcript(ocr_key("d", 1)) is None


def test_a_number_whose_last_digit_ocr_doubts_is_not_proven(home: Home) -> None:
    text = "The ferry carried 3201 people and 48,210 crates."
    home.read(Block("text", text), legible=False, model="ocr", detail=note_of_doubtful(["3201", "210"]))
    citation = home.cite(text)
    assert (citation["verified"], citation["verdict"]) == (False, "seen")
    assert "3201" in citation["reason"]
    assert "210," not in citation["reason"]
    assert "verified" not in home.cite("and 48,210 crates.")


def test_a_number_that_the_second_reading_doubts_is_not_proven_where_a_model_read_it_likewise(home: Home) -> None:
    text = "The ferry carried 3201 people and 48,210 crates."
    home.read(Block("text", text), legible=False)
    doubts = Block("comment", f"{note_of_doubtful(['3201'])} {note_of_unsure(['907'])}")
    home.catalog.add_transcript(Transcript(ocr_key("d", 1), (doubts,), words(text)))
    citation = home.cite(text)
    assert (citation["verified"], citation["verdict"], citation["read_from"]) == (False, "seen", "ocr")
    assert "3201" in citation["reason"]
    assert "verified" not in home.cite("and 48,210 crates.")
    with pytest.raises(AssertionError, match="its quote is not on the page"):
        home.cite("Numbers read with little confidence")
