"""What the pronoun at the beginning of a sentence stands for."""

from __future__ import annotations

from graph.retrieval.antecedents import antecedent, antecedents, has_open_pronoun
from graph.storage.rows import ChunkRow, SentenceRow


def chunk_of(*sentences: str, kind: str = "prose") -> ChunkRow:
    rows = tuple(SentenceRow(f"d-g-0001/{at}", text, text, kind, (1,)) for at, text in enumerate(sentences))
    return ChunkRow("d-g-0001", "d", "life.pdf", 1, "text", " ".join(sentences), (1,), (), rows)


LIFE = chunk_of(
    "Maren Holt was born in Aarhus.",
    "Her father was a tanner.",
    "She studied law.",
    "There she met a baker.",
    "In 1904 she moved to Ghent.",
    "Her brother Lars Holt was a smith.",
    "He died young.",
    "The house is a museum.",
    "It opens at ten.",
)


def test_a_pronoun_stands_for_whom_the_sentences_before_name() -> None:
    assert antecedents(LIFE) == (0, 0, 0, 0, 0, 0, 5, 7, 7)


def test_another_pronoun_is_about_another() -> None:
    assert antecedent(LIFE, "d-g-0001/3") == "Maren Holt was born in Aarhus."
    assert antecedent(LIFE, "d-g-0001/6") == "Her brother Lars Holt was a smith."
    assert antecedent(LIFE, "d-g-0001/7") == ""


def test_a_sentence_about_another_need_not_name_a_new_person() -> None:
    life = chunk_of(
        "Jon Dahl was born in Kiel.", "His wife Ida Dahl was a nurse.", "She came from Lund.", "He died in Gent."
    )
    assert antecedents(life) == (0, 0, 1, 0)


def test_rows_and_what_is_far_away_stand_for_themselves() -> None:
    assert antecedents(chunk_of("Ann Bo | 4", "She | 5", kind="row")) == (0, 1)
    long = chunk_of("Ann Bo came.", *["She sang."] * 12)
    assert antecedents(long)[8] == 0
    assert antecedents(long)[9] != 0
    assert antecedents(chunk_of()) == ()


def test_it_is_the_thing_of_a_document_where_the_answer_names_the_case() -> None:
    assert not has_open_pronoun("What do I do when it leaks?", of_one=True)
    assert has_open_pronoun("What do I do when it leaks?")
    assert has_open_pronoun("How much does it cost?", of_one=True)
