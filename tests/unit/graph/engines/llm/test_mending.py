"""Single misread words of a transcript are mended from the text layer; what is only written otherwise stays."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.engines.llm.mending import Correction, describe, is_misread, mend
from loaders.text.markdown import parse_blocks
from tests.evals import corruptions as made
from tests.evals.mending import emphasised, regrouped, reordered
from tests.unit.graph.engines.llm.test_reply_checks import HONEST, LAYER

PAGE = (
    "The keeper Ingrid Vermeulen counted 1,204 barges in spring and 987 in autumn with the meter o1 of 2019, and the "
    "tolls rose to 12.5 guilders for a barge of 97.3 tonnes, as the office at Hasselt wrote to the efficient clerk Åsa "
    "Lund."
)


def mended(reply: str, layer: str = PAGE) -> tuple[str, tuple[Correction, ...]]:
    blocks, corrections = mend(parse_blocks(reply), layer)
    return "\n\n".join(block.text for block in blocks), corrections


@pytest.mark.parametrize(
    ("said", "printed"),
    [("97.8", "97.3"), ("1,264", "1,204"), ("01", "o1"), ("Vermeulin", "Vermeulen"), ("Haselt", "Hasselt"),
     ("125", "12.5"), ("tols", "tolls"), ("Asa", "Åsa")],
)  # fmt: skip
def test_a_misread_word_becomes_what_is_printed(said: str, printed: str) -> None:
    assert mended(PAGE.replace(f" {printed} ", f" {said} ")) == (PAGE, (Correction(said, printed),))


def test_what_is_mended_keeps_its_marks() -> None:
    reply = PAGE.replace("97.3", "**$97.8$**").replace("Vermeulen", "<b>Vermeulin</b>")
    assert mended(reply)[0] == PAGE.replace("97.3", "**$97.3$**").replace("Vermeulen", "<b>Vermeulen</b>")


def test_cells_of_a_table_are_mended() -> None:
    reply = made.in_html(HONEST, Random(1)).replace(">251.75<", ">251.15<").replace(">Wardens<", ">Wardans<")
    text, corrections = mended(reply, LAYER)
    assert {(one.said, one.printed) for one in corrections} == {("251.15", "251.75"), ("Wardans", "Wardens")}
    assert '<td rowspan="1">251.75</td>' in text


@given(st.integers())
@pytest.mark.parametrize(
    "write",
    [
        made.in_latex,
        made.in_html,
        made.with_figure,
        made.rewritten,
        regrouped,
        reordered,
        emphasised,
        lambda text, _: text,
    ],
)
def test_an_honest_reply_stays_as_it_is(write: Callable[[str, Random], str], seed: int) -> None:
    reply = write(HONEST, Random(seed))
    assert mend(parse_blocks(reply), LAYER) == (parse_blocks(reply), ())


@pytest.mark.parametrize(
    ("reply", "layer"),
    [
        (PAGE.replace("1,204", "1 204"), PAGE),
        (PAGE.replace("1,204", "1204"), PAGE),
        (PAGE.replace("97.3", "97.3<sup>4</sup>"), PAGE.replace("97.3", "97.34")),  # the layer lost a raised mark
        (PAGE.replace("97.3", "$97.3^{4}$"), PAGE.replace("97.3", "97.34")),
        (PAGE, PAGE.replace("efficient", "ecient")),
        (PAGE, PAGE.replace("efficient", "e\ue003cient")),
        (PAGE, PAGE.replace("efficient", "eﬃcient")),
        (PAGE, PAGE.replace("efficient", "efłcient")),
        (PAGE, PAGE.replace("Åsa", "Asa")),
        (PAGE, PAGE.replace("counted", "coun-\nted")),
        (PAGE, PAGE.replace("12.5", "12,5")),
        (PAGE.replace("The keeper", "THE KEEPER"), PAGE),
        (PAGE.replace("wrote to", "told"), PAGE),
        (PAGE + "\n\n<figure>A chart of 1,264 barges and 12.4 guilders.</figure>", PAGE),
        (PAGE + "\n\n<summary>There were 1,264 barges.</summary>", PAGE),
        (PAGE.replace("keeper", "~~warden~~ keeper"), PAGE),
    ],
)  # fmt: skip
def test_what_is_written_otherwise_or_not_in_the_layer_is_left(reply: str, layer: str) -> None:
    assert mended(reply, layer)[1] == ()


def test_values_that_changed_places_are_left() -> None:
    assert mended(PAGE.replace("12.5", "x").replace("97.3", "12.5").replace("x", "97.3"))[1] == ()


def test_a_reply_that_is_wrong_in_many_words_is_not_mended() -> None:
    wrong, changed = made.changed_digits(HONEST, Random(2), share=0.15)
    assert changed > 5
    assert mend(parse_blocks(wrong), LAYER) == (parse_blocks(wrong), ())


@given(st.text(max_size=300), st.text(max_size=300))
def test_it_never_raises(reply: str, layer: str) -> None:
    mend(parse_blocks(reply), layer)


def test_the_sentence_names_the_words() -> None:
    assert describe([]) == ""
    assert describe([Correction("01", "o1")]) == "1 word was corrected from the text layer: “01” to “o1”."
    many = describe([Correction(str(number), "x") for number in range(9)])
    assert many.startswith("9 words were corrected from the text layer: “0” to “x”, ")
    assert many.endswith("“4” to “x”, ....")


def test_small_capitals_are_written_as_the_reply_writes_them() -> None:
    layer = PAGE.replace("Hasselt", "HASSELT").replace("office", "UNIT")
    assert "Hasselt" in mended(PAGE.replace("Hasselt", "Haselt").replace("office", "UNIT"), layer)[0]
    assert "UNIT" in mended(PAGE.replace("Hasselt", "HASSELT").replace("office", "UNlT"), layer)[0]


def test_short_and_unlike_words_are_no_misreadings() -> None:
    assert not is_misread("in", "on")
    assert is_misread("not", "now")
    assert not is_misread("large", "big")
    assert not is_misread("three", "3")
    assert not is_misread("320", "3201")
    assert is_misread("3", "8")
