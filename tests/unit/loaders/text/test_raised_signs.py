"""Raised and lowered signs in text, in each notation that a transcript may use."""

import pytest

from loaders.text.html_tables import read_html_table
from loaders.text.plain import plain
from loaders.text.raised_signs import without_marks, without_notes
from loaders.text.sentences import split_sentences


@pytest.mark.parametrize(
    "mark", ["<sup>1</sup>", "¹", "$^{1}$", "$^1$", "^1^", "[^1]", "<sup><a href='#n'>1</a></sup>", "&sup1;"]
)
def test_a_note_mark_is_never_a_digit_of_its_number(mark: str) -> None:
    assert plain(f"The fare rose to $320{mark} in summer.") == "The fare rose to $320¹ in summer."


@pytest.mark.parametrize(
    ("markdown", "text", "searched"),
    [
        ("CO<sub>2</sub> and H$_2$O", "CO₂ and H₂O", "CO2 and H2O"),
        ("10<sup>6</sup> tonnes", "10⁶ tonnes", "10^6 tonnes"),
        ("3 × 10<sup>−6</sup>", "3 × 10⁻⁶", "3 × 10^-6"),
        ("5 km<sup>2</sup>", "5 km²", "5 km2"),
        ("the 1<sup>st</sup> of May", "the 1st of May", "the 1st of May"),
        ("M<sup>me</sup> Moreau, n<sup>o</sup> 14", "Mme Moreau, no 14", "Mme Moreau, no 14"),
        ("D<sup>r</sup> Weiss and S<sup>te</sup> Anne", "Dr Weiss and Ste Anne", "Dr Weiss and Ste Anne"),
        ("el 2<sup>o</sup> plazo", "el 2º plazo", "el 2º plazo"),
        ("1,250<sup>o</sup> and team<sup>r</sup>", "1,250ᵒ and teamʳ", "1,250 and team"),
        ("1<sup>1</sup>/<sub>2</sub> cups", "1½ cups", "1 1/2 cups"),
        ("<sup>14</sup>C dating", "¹⁴C dating", "14C dating"),
        ("Smith<sup>a,b</sup> wrote", "Smithᵃ,ᵇ wrote", "Smith wrote"),
        ("97<sup>*</sup> of 64<sup>†</sup>", "97* of 64†", "97* of 64†"),
        ("10<sup>1</sup> ships", "10¹ ships", "10 ships"),
        ("$5 and $6", "$5 and $6", "$5 and $6"),
        ("x^2 in code", "x^2 in code", "x^2 in code"),
    ],
)
def test_signs_are_written_alike_and_searched_without_marks(markdown: str, text: str, searched: str) -> None:
    assert plain(markdown) == text
    assert without_marks(text) == searched


def test_an_answer_keeps_exponents_and_formulas_and_drops_notes() -> None:
    assert without_notes("48,210² t of CO₂ are 10⁶ of x², see¹.") == "48,210 t of CO₂ are 10⁶ of x², see."


def test_a_mark_in_a_table_cell_stays_apart() -> None:
    assert read_html_table("<table><tr><td>South</td><td>$64<sup>4</sup></td></tr></table>").rows == [["South", "$64⁴"]]


def test_a_mark_behind_a_full_stop_belongs_to_the_sentence_before() -> None:
    assert split_sentences("It rose.¹ It fell.² End.") == ["It rose.¹", "It fell.²", "End."]
