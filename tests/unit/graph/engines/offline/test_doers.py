"""Who does something, by a verb of the question and a noun of the page, or the other way round."""

from __future__ import annotations

import pytest

from graph.engines.offline.doers import names_doer
from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.required_words import asked_verb


@pytest.mark.parametrize(
    ("question", "quote", "says"),
    [
        ("Who was the architect of the hall?", "The hall was designed by Ida Brandt.", True),
        ("Who was the architect of the hall?", "The hall was opened by Ida Brandt.", False),
        ("Who was the architect of the hall?", "The chairs in the hall were designed by Arne Holm.", False),
        ("Who was the illustrator of the book?", "The poster for the book was drawn by Mia Lund.", False),
        ("Who was the surveyor of the roof?", "The roof was to be inspected by Monday.", False),
        ("Who was the founder of the club?", "The club was founded by Ida Brandt in 1911.", True),
        ("Who was the founder of the club?", "The club was founded by sailors in 1911.", False),
        ("Who was the founder of the club?", "The club was joined by Ida Brandt in 1911.", False),
    ],
)
def test_what_somebody_did_names_the_holder_of_its_role(question: str, quote: str, says: bool) -> None:
    assert (why_related(question, Evidence(quote, "")) == "") is says


@pytest.mark.parametrize(
    ("question", "quote", "says"),
    [
        ("Who runs the school?", "The manager is Fiona Drummond.", True),
        ("Who runs the school?", "The caretaker is Fiona Drummond.", False),
        ("Who runs the school?", "The manager is on leave in May.", False),
        ("Who owns the mill?", "The owner is called Mr Roe.", True),
        ("Who was at the mill?", "The owner is called Mr Roe.", False),
    ],
)
def test_a_role_that_stands_before_a_name_says_who_does_it(question: str, quote: str, says: bool) -> None:
    assert names_doer(asked_verb(question), quote) is says
