"""What a model wrote without tags is told from print by the text layer."""

from __future__ import annotations

from dataclasses import replace

from graph.engines.base import PageReading
from graph.engines.llm.review import review, with_descriptions
from loaders.text.markdown import parse_blocks
from tests.unit.graph.engines.llm.test_reply_checks import HONEST, LAYER, page

SAID = "The bar chart illustrates how kittiwake numbers climb steadily towards December, with blue columns and a grid."


def reading(text: str) -> PageReading:
    return PageReading(1, parse_blocks(text), (), "model")


def test_an_untagged_description_is_no_print() -> None:
    (*before, last) = with_descriptions(parse_blocks(f"{HONEST}\n\n{SAID}"), LAYER)
    assert (last.is_description, last.text) == (True, SAID)
    assert not any(block.is_description for block in before)


def test_a_printed_paragraph_on_a_chart_stays_print() -> None:
    blocks = parse_blocks(f"Figure 2: Counts\n\n{SAID}")
    assert [block.kind for block in blocks] == ["caption", "description"]
    assert [block.kind for block in with_descriptions(blocks, f"Figure 2: Counts {SAID}")] == ["caption", "text"]
    tagged = parse_blocks(f"<figure>{SAID}</figure>")
    assert with_descriptions(tagged, SAID)[0].is_description, "what is tagged was written by the model"


def test_a_few_misread_words_are_mended_and_noted_and_the_reply_passes() -> None:
    said = reading(HONEST.replace("18,450", "18,950").replace("36 volunteers", "86 volunteers"))
    found, doubt = review(said, page())
    assert doubt is None
    assert found.blocks == parse_blocks(HONEST)
    assert found.detail == "2 words were corrected from the text layer: “86” to “36”, “18,950” to “18,450”."


def test_a_layer_that_is_illegible_or_of_a_scan_mends_nothing() -> None:
    said = reading(HONEST.replace("18,450", "18,950").replace("36 volunteers", "86 volunteers"))
    scan = replace(page(), recognised=True)
    found, doubt = review(said, scan)
    assert found == said
    assert doubt is not None, "it is compared all the same"
    assert review(said, page(legible=False)) == (said, None)
