"""Quotes that hold the words of a question and are about another thing."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_rules import answers_question, why_related
from graph.engines.offline.other_things import Evidence, headings_above
from graph.engines.offline.word_forms import initials_of, is_named, stems
from graph.retrieval.scoring import ScoredSentence
from graph.storage.rows import ChunkRow, SentenceRow

MOVED = Evidence("In 1911 the school moved from Tórshavn to Vágur with 40 pupils.", "")


@pytest.mark.parametrize(
    "question", ["When did the school move from Torshavn to Vagur?", "What moved to Vágur in 1911?"]
)
def test_a_way_in_the_same_direction_answers(question: str) -> None:
    assert why_related(question, MOVED) == ""


def test_a_way_the_other_way_round_does_not_answer() -> None:
    assert "other way round" in why_related("When did the school move from Vágur to Tórshavn?", MOVED)


def test_a_name_may_stand_there_with_a_middle_name_but_not_as_two_others() -> None:
    asked = "What instrument did Ada Lorne play?"
    assert why_related(asked, Evidence("Ada Maria Lorne did play an instrument, the fiddle.", "")) == ""
    assert "Ada Lorne" in why_related(asked, Evidence("Ada Berg and Maria Lorne did play an instrument, a lute.", ""))


def test_of_a_name_alone_what_is_asked_has_to_be_named() -> None:
    quote = Evidence("Ada Lorne studied in Bergen and became the head of the school.", "")
    assert "religion" in why_related("What religion was Ada Lorne?", quote)
    assert why_related("What school was Ada Lorne the head of?", quote) == ""


def chunk(*texts: str) -> ChunkRow:
    """A chunk of prose sentences."""
    sentences = tuple(SentenceRow(f"s{at}", text, text, "prose", (1,)) for at, text in enumerate(texts))
    return ChunkRow("c", "d", "a.pdf", 0, "text", " ".join(texts), (1,), (), sentences)


def answers(question: str, *texts: str) -> bool:
    """Return whether the last sentence answers, near the question as it is."""
    row = chunk(*texts)
    last = row.sentences[-1]
    return answers_question(question, last, row, {}, ScoredSentence("c", last, len(texts) - 1, 0, 0.7, 0.7))


def test_a_pronoun_stands_for_what_the_sentence_before_it_is_about() -> None:
    before, after = "The Otter Rowing Club was founded in 1902.", "They won the island cup in 1946."
    assert answers("When did the Otter Rowing Club win the island cup?", before, after)
    assert not answers("When did the Heron Rowing Club win the island cup?", before, after)
    assert not answers(
        "When did the Otter Rowing Club win the island cup?", before, "Heron won the island cup in 1946."
    )


def test_what_stands_before_a_pronoun_is_no_word_in_the_place_of_another() -> None:
    before, after = "Harbour pumps keep the dock dry.", "They are used with river locks."
    assert not answers("What are harbour locks used with?", before, after)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("powerful", "a strong engine"),
        ("tenant", "The lessee pays the rent."),
        ("headcount", "We had 40 employees."),
        ("failed", "was unable to"),
    ],
)
def test_a_word_is_named_by_one_that_means_the_same(word: str, text: str) -> None:
    assert is_named(word, stems(text), initials_of(text))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("weak", "a strong engine"),
        ("landlord", "The tenant pays the rent."),
        ("revenue", "net income of 4 million"),
        ("assets", "the liabilities of the company"),
    ],
)
def test_an_opposite_names_nothing(word: str, text: str) -> None:
    assert not is_named(word, stems(text), initials_of(text))


def test_a_price_needs_an_amount_of_money() -> None:
    moved = Evidence("The new pier at Vágur opened in June, because the old one no longer carried 40 people.", "")
    assert "no value" in why_related("How much did the new pier at Vágur cost?", moved)
    paid = Evidence("The new pier at Vágur cost 3 million crowns.", "")
    assert why_related("How much did the new pier at Vágur cost?", paid) == ""


def test_codes_and_years_above_a_quote_with_others_name_nothing() -> None:
    above = "Pumps P20 and P35 | Figures of 2023"
    assert "P35" in why_related("How much does the P35 cost?", Evidence("The filter F-12 costs 9 pounds.", above))
    assert "P35" in why_related("How much does the P35 cost?", Evidence("It costs 9 pounds.", above))
    assert why_related("How much does the P35 cost?", Evidence("It costs 9 pounds.", "Pump P35")) == ""
    ahead = Evidence("Sales of 90 million euros are expected in 2024.", above)
    assert "2023" in why_related("What were the expected sales in 2023?", ahead)


def test_an_amount_of_a_quarter_is_none_of_a_year() -> None:
    quote = Evidence("Sales were 21 million euros.", "Results 2024 | June 2024 quarter:", lead_in="June 2024 quarter:")
    assert "part of the year" in why_related("What were the sales in 2024?", quote)
    assert why_related("What were the sales in the June quarter of 2024?", quote) == ""


def test_a_sentence_stands_under_the_heading_inside_its_passage() -> None:
    texts = (("4.1 Place", "heading"), ("Keep it dry.", "prose"), ("5 Care", "heading"), ("Oil it.", "prose"))
    sentences = tuple(SentenceRow(f"s{at}", text, text, kind, (1,)) for at, (text, kind) in enumerate(texts))
    row = ChunkRow("c", "d", "a.pdf", 0, "text", "", (1,), ("Handbook", "4 Use", "4.1 Place"), sentences)
    assert headings_above(sentences[1], row) == ["Handbook", "4 Use", "4.1 Place"]
    assert headings_above(sentences[3], row) == ["Handbook", "5 Care"]


def test_he_and_she_stand_for_whom_the_sentences_before_name() -> None:
    life = "Maren Holt was born in Aarhus in 1861.", "Her brother Lars Holt was a smith.", "He was born in 1865."
    sentences = tuple(SentenceRow(f"c/{at}", text, text, "prose", (1,)) for at, text in enumerate(life))
    chunk = ChunkRow("c", "d", "life.pdf", 1, "text", " ".join(life), (1,), ("Life of Maren Holt",), sentences)

    def answers(question: str, at: int) -> bool:
        return answers_question(question, sentences[at], chunk, {}, ScoredSentence("c", sentences[at], at, 0, 0.7, 0.7))

    assert answers("When was Maren Holt born?", 0)
    assert not answers("When was Maren Holt born?", 2)
    assert answers("When was Lars Holt born?", 2)


def test_a_number_of_a_question_is_no_part_of_another_number_of_a_row() -> None:
    row = Evidence("Tariff | up to 5 kg | Inland 4.90 EUR | Abroad 9.50 EUR", "Tariff of parcels", "up to 5 kg")
    assert why_related("What does a 5 kg parcel cost abroad?", row) == ""
    assert "50" in why_related("What does a 50 kg parcel cost abroad?", row)
    other = Evidence("Tariff | up to 5 kg | Abroad 9.50 EUR | Insured to 50 EUR", "Tariff of parcels", "up to 5 kg")
    assert "50" in why_related("What does a 50 kg parcel cost abroad?", other)


def test_who_gives_up_a_role_is_not_who_takes_it_up() -> None:
    quote = Evidence("5. Elections. Lars Brandt steps down as secretary in June.", "")
    assert "gives it up" in why_related("Who was elected secretary?", quote)
    assert "gives it up" not in why_related("Who steps down as secretary?", quote)
    assert why_related("Who was elected secretary?", Evidence("Mia Roth was elected secretary in June.", "")) == ""


def test_money_that_is_no_price_is_not_what_a_thing_with_a_name_alone_costs() -> None:
    asked = "How much does it cost to get into the Wick Parliament?"
    assert "no price" in why_related(asked, Evidence("The Wick Parliament may raise the tax by 3 pence.", ""))
    assert why_related(asked, Evidence("A ticket to the Wick Parliament is 3 pounds.", "")) == ""


def test_whatever_stands_under_a_title_does_not_say_who_does_what_it_names() -> None:
    title = ("Council of Wick: minutes",)
    texts = ["The council will pay for a new roof. Mr Frost asks for offers.", "Minutes: Ann Pritchard."]
    rows = [SentenceRow(f"s{at}", text, text, "prose", (1,)) for at, text in enumerate(texts)]
    row = ChunkRow("c", "d", "a.pdf", 0, "text", " ".join(texts), (1,), title, tuple(rows))
    told = [
        answers_question("Who took the minutes?", one, row, {}, ScoredSentence("c", one, 0, 0, 0.7, 0.7))
        for one in rows
    ]
    assert told == [False, True]
