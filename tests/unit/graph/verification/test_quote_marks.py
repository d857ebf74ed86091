"""Quotes as models write them: each mark of Markdown, HTML and typesetting may differ from what the page has."""

from __future__ import annotations

import pytest

from graph.storage.rows import Transcript
from graph.verification.quotes import locate
from loaders.types import Block

PLAIN = "The tide gauge at Wick read 4.7 metres, and the ferry stayed in the harbour."
MARKED = [
    pytest.param("The tide gauge at **Wick** read 4.7 metres, and the ferry", id="bold"),
    pytest.param("The *tide gauge* at Wick read __4.7 metres__", id="italic and underscores"),
    pytest.param("The ***tide gauge*** at _Wick_ read 4.7 metres", id="bold italic"),
    pytest.param("# The tide gauge at Wick read 4.7 metres", id="heading"),
    pytest.param("- The tide gauge at Wick read 4.7 metres", id="bullet"),
    pytest.param("> The tide gauge at Wick read 4.7 metres", id="block quote"),
    pytest.param("The `tide gauge` at Wick read 4.7 metres", id="code"),
    pytest.param("The [tide gauge](https://example.org/gauge) at Wick read 4.7 metres", id="link"),
    pytest.param("The <b>tide gauge</b> at <i>Wick</i> read <strong>4.7</strong> metres", id="HTML emphasis"),
    pytest.param("The tide gauge<br>at Wick read <span class='x'>4.7</span> metres", id="HTML break and span"),
    pytest.param("The tide gauge at Wick<sup>3</sup> read 4.7 metres", id="raised note mark"),
    pytest.param("The tide gauge at Wick[^3] read 4.7 metres", id="Markdown footnote"),
    pytest.param("The tide gauge at Wick read 4.7&nbsp;metres, and the ferry", id="entity"),
    pytest.param("The tide gauge at Wick read 4.7\u00a0metres, and the ferry", id="hard space"),
    pytest.param(r"The tide gauge at Wick read 4\.7 metres\, and the ferry", id="escapes"),
    pytest.param("The ti\u00adde gauge at Wick read 4.7 metres", id="soft hyphen"),
    pytest.param("The tide gau-\nge at Wick read 4.7 metres", id="hyphen at a line's end"),
    pytest.param("“The tide gauge at Wick read 4.7 metres”", id="quotation marks around"),
    pytest.param('"The tide gauge at Wick read 4.7 metres', id="one quotation mark"),
    pytest.param("The tide gauge at Wick … the ferry stayed in the harbour.", id="ellipsis"),
    pytest.param("The tide gauge at Wick [...] the ferry stayed in the harbour.", id="ellipsis in brackets"),
    pytest.param("The tide gauge at Wick ... and the ferry stayed", id="three dots"),
    pytest.param("... gauge at Wick read 4.7 metres, and the ferry ...", id="dots around"),
]


@pytest.mark.parametrize("quote", MARKED)
def test_a_mark_in_the_quote_does_not_hide_it(quote: str) -> None:
    place = locate(quote, {1: Transcript("a", (Block("text", PLAIN),))})
    assert place is not None
    assert place.pages == (1,)


@pytest.mark.parametrize(
    ("page", "quote"),
    [
        ("The **tide gauge** at Wick<sup>3</sup> read 4.7 metres.", "The tide gauge at Wick read 4.7 metres."),
        ("CO<sub>2</sub> and 10<sup>6</sup> litres", "CO2 and 10^6 litres"),
        ("CO₂ and 10⁶ litres", "CO<sub>2</sub> and 10<sup>6</sup> litres"),
        ("The “salt” of the keeper’s pan – 12–14 g", 'The "salt" of the keeper\'s pan - 12-14 g'),
        ("Tarn &amp; Wick &lt; 5 m", "Tarn & Wick < 5 m"),
        ("Tarn & Wick < 5 m", "Tarn &amp; Wick &lt; 5 m"),
        ("The e\ufb03cient o\ufb03ce", "The efficient office"),
        ("snake_case stays and 2\\*3 too", "snake_case stays and 2*3 too"),
        ("<table><tr><td>Cod</td><td>412</td></tr></table>", "| Cod | 412 |"),
        ("|Cod|412|388|\n|---|---|---|\n|Ling|96|104|", "412"),
        ("|Cod|412|388|\n|---|---|---|\n|Ling|96|104|", "| Cod | 412 | 388 | ... | Ling | 96 | 104 |"),
    ],
)
def test_page_and_quote_are_compared_in_the_same_plain_form(page: str, quote: str) -> None:
    block = Block("table" if page[0] in "<|" else "text", page)
    assert locate(quote, {1: Transcript("a", (block,))}) is not None


def test_letters_digits_and_signs_are_no_marks() -> None:
    page = {1: Transcript("a", (Block("text", PLAIN),))}
    for other in ("THE TIDE GAUGE at Wick", "at Wick read 4,7 metres", "at Wick read 47 metres", "at Wick read -4.7"):
        assert locate(other, page) is None


def test_pieces_stand_in_order_and_near_each_other() -> None:
    one = "The gauge at Wick read 4.7 metres."
    far = "word " * 500
    pages = {1: Transcript("a", (Block("text", f"{one} {PLAIN} {far}"), Block("text", "The chapel was sold."))),
             2: Transcript("b", (Block("text", "The slipway was closed in May."),))}  # fmt: skip
    assert locate("The gauge at Wick … the ferry stayed in the harbour", pages)
    assert locate("the ferry stayed in the harbour … The gauge at Wick read 4.7 metres.", pages) is None
    assert locate("The gauge at Wick read … The chapel was sold.", pages) is None
    assert locate("read 4.7 metres … 4.7", pages) is None, "a piece of one number could be put together anywhere"
    place = locate("The chapel was sold. … The slipway was closed", pages)
    assert place is None or place.pages == (1, 2)


def test_pieces_may_stand_on_both_sides_of_a_page_break() -> None:
    pages = {1: Transcript("a", (Block("text", "The chapel was sold to the trust"),)),
             2: Transcript("b", (Block("text", "in March, and the slipway was closed in May."),))}  # fmt: skip
    place = locate("The chapel was sold … the slipway was closed in May.", pages)
    assert place is not None
    assert place.pages == (1, 2)
