"""The reasons of doubts in the language of the question: recognised by their form, with the words that they quote."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from graph.query import messages, reasons
from graph.query.reasons import in_language
from graph.query.wording import TRANSLATIONS
from graph.types import Citation, Claim, ClaimCheck
from graph.verification import claims
from graph.verification.claims.check import check_claim
from graph.verification.outcomes import settled
from tests.unit.graph.verification.claims.test_check import evidence_of

FORMS = TRANSLATIONS["de"]["reasons"]
GERMAN, FRENCH, SPANISH = (
    "Wie hoch ist der Ertrag?",
    "Quelle est la hauteur de la tour ?",
    "¿Cuál es la altura del faro?",
)


def _fields(form: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(form) if name}


@pytest.mark.parametrize("code", TRANSLATIONS)
def test_each_language_has_all_forms_with_the_same_words_of_quote_and_statement(code: str) -> None:
    found = TRANSLATIONS[code]["reasons"]
    assert found.keys() == FORMS.keys()
    assert [form for form, said in found.items() if said in ("", form) or _fields(said) != _fields(form)] == []


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_recognised_in_a_sentence_and_without_its_full_stop(form: str) -> None:
    reason = form.format(a="31.5", b="four", c="five", d="six")
    sentence = f"{reason[:1].upper()}{reason[1:]}."
    for asked in (GERMAN, FRENCH, SPANISH):
        assert in_language(reason, asked) not in (reason, "")
        assert in_language(sentence, asked).endswith(".")
    assert in_language(reason, "How high is the tower?") == reason


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The ferry fell to 12,480 passengers.", "The ferry rose to 12,480 passengers."),
        ("The board closes the slipway.", "The board may close the slipway if most of the members agree."),
        ("All of the roof was repaired in May.", "Some of the roof was repaired in May."),
        ("The upper gauge was not replaced in May.", "The upper gauge was replaced in May."),
        ("Alan Turing proved the theorem in 1967.", "Manuel Blum proved the theorem in 1967."),
        ("The park has 60 bridges in its northern part.", "The park has 60 lakes in its northern part."),
    ],
)
def test_what_the_rules_doubt_is_said_in_german(text: str, quote: str) -> None:
    found = [one.reason for one in check_claim(text, evidence_of(quote, f"{quote} Alan Turing left.")) if one.reason]
    assert found
    assert all(in_language(reason, GERMAN) != reason for reason in found), found


# A claim with one of these fails: it is left out, and only a model reads why.
FAILURES = (
    "” is not right: ",
    "stands in the column ",
    "quote the row",
    " by X, not “X”",
    "in the quote, not in X",
    ", against X",
)


def _returned(node: ast.AST) -> Iterator[str]:
    """Yield the sentences in what a function returns, with "X" for each value in them."""
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(one.value) if isinstance(one, ast.Constant) else "X" for one in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    else:
        for part in ast.iter_child_nodes(node):
            yield from _returned(part)


def test_every_reason_that_a_rule_gives_for_a_doubt_has_three_languages() -> None:
    said = set()
    for path in Path(claims.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Return) and node.value is not None:
                said |= {one for one in _returned(node.value) if one.count(" ") > 3 and one[0] not in ",\\"}
    assert len(said) > len(FORMS) / 2
    english = {one for one in said if in_language(one, FRENCH) == one}
    assert not [one for one in english if not any(part in one for part in FAILURES)]


def test_the_answer_and_its_notes_say_a_doubt_in_the_language_of_the_question() -> None:
    citation = Citation(marker=1, quote="It rose.", document="d", name="a.pdf", page=3, chunk="c", boxes=[])
    doubt = "the claim says “fell”, the quote “rose”"
    check = ClaimCheck(
        claim=Claim(text="It fell.", chunk="c", quote="It rose."), citation=citation, failure="", repaired=False
    )
    check["doubts"] = [doubt]
    (told,) = reasons.translated([settled(check)], GERMAN)
    assert "(teils belegt: die Aussage sagt „fell“, das Zitat „rose“)" in messages.answer([told], GERMAN)
    assert told["reasons"] == ["die Aussage sagt „fell“, das Zitat „rose“"]
    (note,) = messages.notes_on_claims(0, [told["citation"] or citation], GERMAN)
    assert note["text"] == "[1] ist teils belegt. Die Aussage sagt „fell“, das Zitat „rose“."


def test_a_reason_of_another_form_and_one_in_german_stay_as_they_are() -> None:
    assert in_language("the model says that it is not so", GERMAN) == "the model says that it is not so"
    said = in_language("the quote says only a part of it", GERMAN)
    assert said == "das Zitat sagt nur einen Teil davon"
    assert in_language(said, GERMAN) == said
