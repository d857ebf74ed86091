"""Claims against a catalog: what passes gets a citation, what fails says why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graph.storage.base import Catalog
from graph.storage.rows import PageRow, Transcript
from graph.types import Claim, PageRef
from graph.verification.outcomes import verdict_of_answer, with_history
from graph.verification.verifier import ClaimVerifier
from loaders.types import Block, Chunk, Sentence
from tests.libraries import open_catalog
from tests.unit.graph.storage.rows import document

LATE = "the quote does not hold 1912: quote the words with it, or leave it out"
FOUNDED, NESTS = "Edith Carrow founded the observatory in 1911.", "There were 412 nests on the cliff."
PROMPT = "Make claims that are proven by one of the sources that follow, and quote it word for word."


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    made: Catalog = open_catalog(tmp_path / "catalog.sqlite3")
    made.add_document(document("d"))
    for page, text in ((1, FOUNDED), (2, NESTS)):
        transcript = Transcript(f"key {page}", (Block("text", text),))
        row = PageRow("d", page, status="read", transcript=transcript.key, legible=True, model="text-layer")
        made.record_page(replace(row, image="image" if page == 2 else ""), transcript)
    chunks = [
        Chunk(at, "text", text, (at + 1,), (), 10, (Sentence(text, text, "prose", (at + 1,)),), ((0, 1),))
        for at, text in enumerate((FOUNDED, NESTS))
    ]
    made.publish("d", made.stage_chunks("d", chunks))
    yield made
    made.close()


def claim(text: str, quote: str, chunk: str = "", image: PageRef | None = None) -> Claim:
    made = Claim(text=text, chunk=chunk, quote=quote)
    if image:
        made["image"] = image
    return made


def test_a_claim_whose_quote_is_on_its_page_is_cited(catalog: Catalog) -> None:
    first, second = catalog.chunk_ids("d")
    verifier = ClaimVerifier(catalog, [first, second], [])
    checks = verifier.check([
        claim("Edith Carrow founded it in 1911.", FOUNDED, first),
        claim("It has 412 nests.", NESTS, second),
        claim("It was founded in 1911.", FOUNDED, first),
    ])  # fmt: skip
    assert [check["failure"] for check in checks] == ["", "", ""]
    citations = [check["citation"] for check in checks]
    assert [(one["marker"], one["page"], one["chunk"]) for one in citations if one] == [
        (1, 1, first), (2, 2, second), (1, 1, first),
    ]  # fmt: skip
    assert [check["verdict"] for check in checks] == ["proven"] * 3


def test_a_claim_that_is_not_supported_fails_with_the_reason(catalog: Catalog) -> None:
    first, second = catalog.chunk_ids("d")
    verifier = ClaimVerifier(catalog, [first], [])
    checks = verifier.check([
        claim("Edith Carrow founded it in 1912.", FOUNDED, first),
        claim("Ann Byron founded it.", FOUNDED, first),
        claim("It was founded.", "founded the lighthouse", first),
        claim("It has 412 nests.", NESTS, second),
        claim(" ", FOUNDED, first),
    ])  # fmt: skip
    assert [check["failure"] for check in checks] == [
        LATE,
        "the passage does not name Ann, Byron: leave it out, or cite the passage that does",
        "its quote is not on the page: copy one continuous piece of the passage, character for character",
        "it cites a source that was not offered: name the passage or image that holds the quote",
        "it is empty: state what the quote says",
    ]
    assert [check["citation"] for check in checks] == [None] * 5
    assert [check["verdict"] for check in checks] == ["refused"] * 5
    assert [check["reasons"] for check in checks] == [[check["failure"]] for check in checks]


def test_a_claim_that_repeats_its_instructions_fails(catalog: Catalog) -> None:
    first, _ = catalog.chunk_ids("d")
    (check,) = ClaimVerifier(catalog, [first], [], [PROMPT]).check([claim(PROMPT, FOUNDED, first)])
    assert check["failure"] == "it repeats its instructions: state what the quote says"
    short = claim("Make claims that are proven by one", FOUNDED, first)
    (check,) = ClaimVerifier(catalog, [first], [], [PROMPT]).check([short])
    assert check["failure"] == "", "seven words in common may be chance"


def test_a_quote_from_an_image_counts_as_verified_only_if_the_text_has_it(catalog: Catalog) -> None:
    _, second = catalog.chunk_ids("d")
    page = PageRef(document="d", page=2)
    verifier = ClaimVerifier(catalog, [second], [page])
    (in_text,) = verifier.check([claim("It has 412 nests.", NESTS, image=page)])
    assert in_text["citation"]
    assert "verified" not in in_text["citation"]
    (unseen,) = verifier.check([claim("It is so.", NESTS, image=PageRef(document="d", page=1))])
    assert unseen["failure"].startswith("it names an image that was not offered: ")
    (beside,) = verifier.check([claim("A tower stands there.", "TOWER", image=page)])
    assert beside["failure"].startswith("its quote is not on the page")
    catalog.record_page(PageRow("d", 2, status="read", image="image", transcript="key 2"))
    (read,) = verifier.check([claim("A tower stands there.", "TOWER", image=page)])
    assert read["citation"]
    assert (read["citation"]["verified"], read["citation"]["read_from"]) == (False, "image")
    assert read["citation"]["boxes"] == [[0.0, 0.0, 1.0, 1.0]]
    assert (in_text["verdict"], read["verdict"]) == ("proven", "seen")
    assert verdict_of_answer([in_text, read]) == "partly_proven"


def test_a_repaired_claim_keeps_what_it_replaced(catalog: Catalog) -> None:
    first, _ = catalog.chunk_ids("d")
    verifier = ClaimVerifier(catalog, [first], [])
    good, wrong = claim("Edith Carrow founded it.", FOUNDED, first), claim("It was in 1912.", FOUNDED, first)
    before = verifier.check([good, wrong, wrong])
    after = with_history(verifier.check([good, claim("It was in 1911.", FOUNDED, first), wrong]), before)
    assert [check["repaired"] for check in after] == [False, True, False]
    assert after[1]["before"] == {"claim": wrong, "failure": LATE}
