"""Which passages are relevant to a question: those like it, and those that name all it asks about close together."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.engines.offline.relevance import (
    LESS_OF_OTHERS,
    fit_reduction,
    grade_of,
    least_fit,
    names_all_asked,
    unknown_names,
)
from graph.retrieval.scoring import RELEVANT_FIT
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import RELEVANT_GRADE


class Library:
    """How often a few texts have a word."""

    def __init__(self, *texts: str, units: int = 1000) -> None:
        self._stems = [{stem(word.strip(".,").lower()) for word in text.split()} for text in texts]
        self._units = units

    def document_frequencies(self, words: Sequence[str]) -> tuple[dict[str, int], int]:
        return {word: sum(stem(word) in held for held in self._stems) for word in words}, self._units


def chunk_of(*sentences: str, heading: str = "Block C", kind: str = "text") -> ChunkRow:
    rows = tuple(SentenceRow(f"d-g-0001/{at}", text, text, "prose", (1,)) for at, text in enumerate(sentences))
    return ChunkRow("d-g-0001", "d", "minutes.pdf", 1, kind, " ".join(sentences), (1,), (heading,), rows)


def test_a_passage_may_name_all_that_is_asked_in_several_sentences() -> None:
    chunk = chunk_of("The roof leaks since the storm.", "Hallam mends it in June.")
    assert names_all_asked("who mends the roof", chunk, "Minutes")
    assert names_all_asked("When does Hallam mend the roof of Block C?", chunk, "Minutes")
    assert not names_all_asked("who mends the boiler", chunk, "Minutes")
    assert not names_all_asked("who leaks", chunk, "Minutes")
    assert not names_all_asked("Are there minutes of Quillstone?", chunk, "Minutes of Quillstone")


def test_everyday_words_are_named_by_formal_ones() -> None:
    rota = chunk_of(
        "The rota is published on Mondays.", "Gross misconduct ends the employment.", heading="Dunn Roofing"
    )
    assert names_all_asked("when do I see my shifts", rota, "Handbook")
    assert names_all_asked("what can you get fired for", rota, "Handbook")
    assert names_all_asked("do the roofers publish shifts", rota, "Handbook")
    assert names_all_asked("where is the K4 made?", chunk_of("The K4 is a kiln."), "Manual")
    assert not names_all_asked("when does Anna see her shifts", rota, "Handbook")
    assert not names_all_asked("when do the bakers work shifts", rota, "Handbook")


def test_words_that_are_far_apart_in_a_passage_are_not_about_one_thing() -> None:
    between = ["The stairs were painted.", "A door was hung.", "The cellar is dry."]
    assert names_all_asked("who mends the roof", chunk_of("The roof leaks.", *between[:1], "Hallam mends it."), "")
    assert not names_all_asked("who mends the roof", chunk_of("The roof leaks.", *between, "Hallam mends it."), "")
    under = chunk_of("The stairs were painted.", *between, "Hallam mends it.", heading="The roof")
    assert names_all_asked("who mends the roof", under, "")


def test_a_name_that_the_library_does_not_know_asks_for_more_likeness() -> None:
    chunk = chunk_of("The Dunnock costs 40 pounds.", "Ann Carver Limited sells the Siskin.")
    library = Library(chunk.text)
    assert unknown_names("What does the Wheatear cost?", [chunk], library) == ["Wheatear"]
    assert least_fit("What does the Wheatear cost?", [chunk], library) > RELEVANT_FIT
    assert least_fit("What does the Dunnock cost?", [chunk], library) == RELEVANT_FIT
    assert grade_of(RELEVANT_FIT) == RELEVANT_GRADE
    assert grade_of(RELEVANT_FIT, RELEVANT_FIT + 0.5) == pytest.approx(RELEVANT_GRADE - 0.5)


def test_the_best_of_few_sentences_needs_less_likeness_than_the_best_of_many() -> None:
    chunk = chunk_of("The Dunnock costs 40 pounds.")
    question = "what does the dunnock cost"
    less = [fit_reduction(question, [chunk], Library(chunk.text, units=units)) for units in (30, 100, 300, 600)]
    assert less == sorted(set(less), reverse=True)
    assert less[-1] == 0
    at_measure = fit_reduction(question, [chunk], Library(chunk.text, units=150))
    assert less[0] > at_measure == pytest.approx(LESS_OF_OTHERS), "of other languages the thresholds are of 150 units"
    small = Library(chunk.text, units=30)
    assert fit_reduction(question, [chunk], Library(units=0)) >= less[0]
    assert fit_reduction("What does the Wheatear cost?", [chunk], small) == 0, "a name that is not there"
    assert fit_reduction("Who is the captain of the boat?", [chunk], small) == 0, "a role that is not there"
    assert fit_reduction("Who is the boss of the hall?", [chunk_of("The manager is Ann Lee.")], small) > 0


@pytest.mark.parametrize(
    "question",
    [
        "What does the Siskinn cost?",  # one letter too many
        "Who works for ACL?",  # the initials of a name
        "What Is Sold Here?",
        "WHAT DOES THE WHEATEAR COST?",  # capitals say nothing
        "Was kostet die Fahrkarte für Erwachsene?",  # every German noun has one
        "Wheatear?",  # nor does the first word's
    ],
)
def test_a_name_in_another_form_is_known_and_capitals_alone_make_none(question: str) -> None:
    chunk = chunk_of("The Dunnock costs 40 pounds, and is sold here.", "Ann Carver Limited sells the Siskin.")
    assert unknown_names(question, [chunk], Library(chunk.text)) == []


def test_a_text_in_another_language_may_have_a_name_in_other_letters() -> None:
    chunk = chunk_of("Завод основал в 1851 году купец Пётр Лобанов.", "Директор музея — Марина Соколова.")
    assert unknown_names("When did Lobanov found the works?", [chunk], Library(chunk.text)) == []
