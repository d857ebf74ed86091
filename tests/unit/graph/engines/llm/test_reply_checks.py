"""Checks of page readings: honest replies are accepted in any notation, false ones are rejected."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.engines.llm.reply_checks import Doubt, check, compare
from loaders.text.markdown import parse_blocks
from loaders.types import PageImage
from tests.evals import corruptions as made

ROWS = [("Instruments", 12.4, 29.8), ("Boats", 118.0, 97.25), ("Wardens", 240.5, 251.75), ("Paint", 3.75, 4.12)]
PROSE = (
    "The storm of 19 February 2021 closed the slipway for 97 days. Boats had to land in the north, where there is no "
    "crane, and 1,240 tonnes of stone were carried over the hill by 36 volunteers. It was opened again on 27 May, when "
    "the boulder had been broken up. The repair cost 18,450 euros, of which the lottery paid 12,300.\n\n"
    "The winch cable was tested in March and holds 1,200 kilograms. It had been new in 2019 and has never been "
    "overloaded since then; the drum is greased twice a year by the keeper of the light, who has 31 years of service."
)
TABLE = "|Post|2024|2025|\n|---|---|---|\n" + "\n".join(f"|{name}|{one}|{two}|" for name, one, two in ROWS)
HONEST = f"# Ardveyra Island\n\n{PROSE}\n\nTable 2 | Spending in thousand euros\n\n{TABLE}"
# As files have it: no marks, lines broken anywhere, words too, the table's cells one by one.
LAYER = (
    "Ardveyra Island\n" + PROSE.replace("volunteers", "volun-\nteers").replace("crane", "\ncrane") + "\nTable 2 | "
    "Spending in thousand euros\nPost 2024 2025\n" + "\n".join(f"{name} {one} {two}" for name, one, two in ROWS)
)  # fmt: skip
OTHER = (
    "Guillemots and razorbills nest on the western cliffs. For the third year running both have gained: 4,812 pairs "
    "were counted in June, against 4,390 a season earlier. Puffins arrive late and leave early, and rats were not seen."
)


def page(layer: str = LAYER, *, legible: bool = True, has_figures: bool = False) -> PageImage:
    return PageImage(1, b"", 100, 140, layer, (), 0.1, legible, has_figures)


def reason(reply: str, image: PageImage | None = None) -> str:
    problem = check(parse_blocks(reply), image or page())
    return problem.reason if problem else ""


@given(st.integers())
@pytest.mark.parametrize("write", [made.in_latex, made.in_html, made.with_figure, made.rewritten])
def test_honest_replies_are_accepted(write: Callable[[str, Random], str], seed: int) -> None:
    assert reason(write(HONEST, Random(seed))) == ""


@pytest.mark.parametrize(
    "reply",
    [
        HONEST,
        HONEST.replace("1,240", "1240").replace("18,450", "$18{,}450$").replace("97 days", "**97** days"),
        HONEST.replace("31 years", "31<sup>4</sup> years").replace("2019", "$2019^{2}$"),
        HONEST + "\n\n<page_number>12</page_number>\n\n<footer>see [illegible]</footer>",
        HONEST.replace("1,200 kilograms", "1,206 kilograms"),  # one number may be the layer's own slip
    ],
)
def test_markup_and_single_slips_are_accepted(reply: str) -> None:
    assert reason(reply) == ""


@given(st.integers())
@pytest.mark.parametrize("lie", [made.invented_table, made.repeated_end, made.repeated_page])
def test_false_replies_are_rejected(lie: Callable[[str, Random], str], seed: int) -> None:
    assert reason(lie(HONEST, Random(seed))) in ("garbled", "repetition")


@given(st.integers())
def test_changed_digits_are_rejected(seed: int) -> None:
    wrong, changed = made.changed_digits(HONEST, Random(seed), share=0.15)
    assert changed > 5
    assert reason(wrong) == "garbled"


def test_another_page_and_half_a_page_are_rejected() -> None:
    problem = check(parse_blocks(OTHER), page())
    assert isinstance(problem, Doubt)
    assert problem.reason == "garbled"
    assert "% of the page's own words" in problem.detail
    assert "left out" in problem.objection
    assert reason(HONEST[: len(HONEST) // 2]) == "garbled"
    assert reason(made.dropped_words(HONEST, Random(1), 0.35)) == "garbled"


def test_invented_prose_is_rejected() -> None:
    words = ("quarrelsome", "marmalade", "pelican", "upholstery", "trombone", "gingham", "lighthearted", "sycamore")
    assert reason(f"{HONEST}\n\n{' '.join(words * 3)}") == "garbled"


def test_a_table_of_invented_words_is_rejected() -> None:
    rows = "".join(f"<tr><td>{word}</td><td>{word[::-1]}</td></tr>" for word in ("pelican", "gingham", "sycamore"))
    problem = check(parse_blocks(f"{HONEST}\n\n<table>{rows}</table>"), page())
    assert problem is not None
    assert "table" in problem.detail


def test_the_reason_names_the_numbers() -> None:
    problem = check(parse_blocks(HONEST.replace("18,450", "18,950").replace("36 volunteers", "86 volunteers")), page())
    assert problem is not None
    assert "18950" in problem.detail
    assert "86" in problem.detail


def test_pictures_may_add_words_but_the_numbers_of_the_layer_must_be_there() -> None:
    table = "\n\n<table><tr><td>Gale</td><td>61.5</td><td>62.5</td><td>63.5</td></tr></table>"
    assert reason(HONEST + table, page(has_figures=True)) == ""
    assert reason(HONEST + table) == "garbled"
    wrong = HONEST.replace("29.8", "28.8").replace("97.25", "97.45").replace("251.75", "257.75")
    assert reason(wrong, page(has_figures=True)) == "garbled"


def test_without_a_legible_layer_only_repetition_is_rejected() -> None:
    assert reason(OTHER, page(legible=False)) == ""
    assert reason(OTHER, page("Page 7 of 12")) == ""
    assert reason(OTHER * 9, page("", legible=False)) == "repetition"
    assert reason("Contents " + ". " * 4000, page("", legible=False)) == "repetition"


def test_what_the_page_itself_repeats_may_be_repeated() -> None:
    form = "\n".join(f"Question: yes, no, or do not know; tick one of the three boxes. {n}" for n in range(40))
    assert reason(form, page(form)) == ""


def test_scripts_without_spaces_are_compared_character_by_character() -> None:
    text = "本研究では新しい方法を提案し、その有効性を三つの実験で確認した。結果は従来の手法を大きく上回る。"
    agreement = compare(parse_blocks(text), text[:20] + "\n" + text[20:])
    assert agreement is not None
    assert agreement.recall == 1
    assert reason("今日は天気がよいので、海まで歩いて行きました。" * 2, page(text)) == "garbled"


@given(st.text(), st.text())
def test_no_text_raises_an_error(reply: str, layer: str) -> None:
    check(parse_blocks(reply), page(layer))
