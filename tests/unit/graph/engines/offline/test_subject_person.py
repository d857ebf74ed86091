"""The person at the head of a curriculum, and the lines of minutes that say who came."""

from __future__ import annotations

import pytest

from graph.engines.offline.listed_answers import items_by_form
from graph.engines.offline.subject_person import person_of
from graph.storage.rows import ChunkRow, SentenceRow


def chunk_of(key: str, *sentences: str, headings: tuple[str, ...] = ()) -> ChunkRow:
    kinds = ["heading" if text in headings else "prose" for text in sentences]
    rows = tuple(
        SentenceRow(f"{key}/{at}", text, text, kind, (1,))
        for at, (text, kind) in enumerate(zip(sentences, kinds, strict=True))
    )
    return ChunkRow(key, key, f"{key}.pdf", 0, "text", " ".join(sentences), (1,), (), rows)


def test_a_curriculum_is_about_the_name_at_its_head() -> None:
    lines = ("Rosa Kwame, landscape architect", "Work", "2012: Studio Verge, Leeds", "Education", "2009: Ghana")
    told = chunk_of("a", *lines, headings=("Work", "Education"))
    assert person_of("Curriculum vitae", [told]) == "Rosa Kwame"
    assert person_of("", [told]) == "Rosa Kwame"
    assert person_of("Lease of a garage", [chunk_of("b", "Rosa Kwame, 3 Birch Lane", "The lease starts in May.")]) == ""


MINUTES = {
    "a": chunk_of("a", "Works council", "Attended by: Ulla Brandt, Grace Holt.", "Absent: Rolf Kessler (ill)."),
    "b": chunk_of("b", "Parish council", "Present: Alan Frost.", "Apologies were received from Colin Nash."),
}


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who wasn't there at the works council?", ["Kessler"]),
        ("who couldn't come to the parish council", ["Nash"]),
        ("who missed the meeting", ["Kessler", "Nash"]),
        ("Who attended the works council?", ["Brandt"]),
        ("who was there?", ["Brandt", "Frost"]),
        ("who was in the team of 1990?", []),
    ],
)
def test_who_came_and_who_did_not(question: str, names: list[str]) -> None:
    told = [sentence.text for _, sentence in items_by_form(question, MINUTES)]
    assert len(told) == len(names)
    assert all(name in text for name, text in zip(names, told, strict=True))


def test_names_on_the_line_after_apologies_stayed_away() -> None:
    minutes = chunk_of("c", "Town council", "Present: Ida Ingram.", "Apologies:", "Councillor Marsh.", "Eleven came.")
    told = [sentence.text for _, sentence in items_by_form("Who sent apologies?", {"c": minutes})]
    assert told == ["Apologies:", "Councillor Marsh."]


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("What is the mission?", ["To lend every book."]),
        ("What are the values?", ["Patience.", "Care."]),
        ("What is lent?", ["Books, maps and kites."]),
    ],
)
def test_a_question_on_a_line_of_its_own_is_the_title_of_what_follows(question: str, answers: list[str]) -> None:
    told = chunk_of(
        "a",
        *(
            "Mission – Why do we exist?",
            "To lend every book.",
            "Values – What do we hold dear when nobody looks at us?",
        ),
        *("Patience.", "Care.", "What is lent?", "Books, maps and kites."),
    )
    assert [sentence.text for _, sentence in items_by_form(question, {"a": told})] == answers
