"""Extractive answers: the sentences and rows chosen for given scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from graph.engines.offline.extraction import MAX_SENTENCES, extract_claims, with_closest, without_other_values
from graph.retrieval import terms
from graph.retrieval.scoring import Query, ScoredSentence
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow
from graph.types import Claim, Encoded

COLUMNS = ("Year", "Visitors", "Nests")


def asking(question: str) -> Query:
    empty = Encoded(np.zeros(1, np.float32), np.zeros((0, 1), np.int8), ())
    weights = {stem(word): 1.0 for word in terms.content_terms(question)}
    return Query(question, empty, np.zeros(0, np.float32), weights, np.zeros(0, np.bool_))


def chunk(*texts: str, kind: str = "prose", key: str = "c", ordinal: int = 0) -> ChunkRow:
    sentences = tuple(SentenceRow(f"{key}/{at}", text, text, kind, (1,)) for at, text in enumerate(texts))
    return ChunkRow(key, "d", "a.pdf", ordinal, "text", " ".join(texts), (1,), (), sentences)


def table(*rows: tuple[str, ...]) -> ChunkRow:
    sentences = tuple(
        SentenceRow(f"t/{at}", " ".join(row), " ".join(row), "row", (1,), tuple(zip(COLUMNS, row, strict=True)))
        for at, row in enumerate(rows)
    )
    return ChunkRow("t", "d", "a.pdf", 0, "table", "", (1,), (), sentences)


def extracted(question: str, fits: Sequence[float], *chunks: ChunkRow) -> list[str]:
    """The quotes chosen when the sentences of all chunks fit the question this well (0-1), in order."""
    sentences = [(rank, chunk, at) for rank, chunk in enumerate(chunks) for at in range(len(chunk.sentences))]
    scored = [
        ScoredSentence(chunk.id, chunk.sentences[at], at, rank, fit, fit)
        for (rank, chunk, at), fit in zip(sentences, fits, strict=True)
    ]
    return [claim["quote"] for claim in extract_claims(asking(question), scored, {one.id: one for one in chunks})]


def test_the_best_sentence_comes_first_and_much_worse_ones_are_left_out() -> None:
    found = extracted("How deep is the well?", (0.2, 0.9, 0.85), chunk("Hay.", "It is 12 m deep.", "It holds water."))
    assert found == ["It is 12 m deep.", "It holds water."]


def test_an_answer_has_at_most_three_sentences_without_duplicates() -> None:
    texts = ("It is 12 m deep.", "It is 12 m deep.", "Its depth is 12 m.", "Twelve metres.", "Six fathoms deep.")
    found = extracted("How deep?", (0.9, 0.9, 0.9, 0.9, 0.9), chunk(*texts))
    assert len(found) == len(set(found)) == MAX_SENTENCES


def test_without_scored_sentences_there_is_no_answer() -> None:
    assert extracted("How deep?", ()) == []


def test_a_sentence_that_goes_on_with_the_best_one_follows_it() -> None:
    found = extracted("What was wrong?", (0.9, 0.1), chunk("The pump leaked.", "Therefore it was replaced."))
    assert found == ["The pump leaked.", "Therefore it was replaced."]
    found = extracted("What was wrong?", (0.9, 0.1), chunk("The pump leaked.", "Hay was cut."))
    assert found == ["The pump leaked."]


def test_the_sentence_that_goes_on_may_stand_in_the_next_chunk() -> None:
    chunks = chunk("There are two parts:"), chunk("a pump and a pipe.", key="c2", ordinal=1)
    assert extracted("What parts are there?", (0.9, 0.1), *chunks) == ["There are two parts:", "a pump and a pipe."]


def test_a_label_behind_which_nothing_comes_says_nothing() -> None:
    template = chunk("The assistant solves it.", "Assistant:")
    assert extracted("Who solves it?", (0.5, 0.9), template) == ["The assistant solves it."]
    assert extracted("Who is the assistant?", (0.9, 0.1), chunk("Assistant:", "Ann Lee")) == ["Assistant:", "Ann Lee"]


def test_a_formula_in_a_text_layer_answers_only_a_question_for_one() -> None:
    both = chunk("We maximise the reward.", "𝐽(𝜃) = 𝔼[𝑞∼𝑃(𝑄)]")
    assert extracted("What is maximised?", (0.5, 0.9), both) == ["We maximise the reward."]
    assert extracted("What is the formula?", (0.5, 0.9), both)[0] == "𝐽(𝜃) = 𝔼[𝑞∼𝑃(𝑄)]"


def test_what_is_used_may_be_said_by_another_verb() -> None:
    both = chunk("Several algorithms were explored before.", "To save costs we adopt Group Relative Optimization.")
    for question in ("Which algorithm is used?", "What algorithm did they use?"):
        assert extracted(question, (0.65, 0.6), both)[0] == both.sentences[1].text
    assert extracted("Which algorithms were explored?", (0.65, 0.6), both)[0] == both.sentences[0].text


def test_what_is_said_of_another_thing_in_the_same_words_is_left_out() -> None:
    texts = ("The pump PX-7 weighs 3.2 kg.", "The pump PX-9 weighs 5.7 kg.", "It is made of bronze.")
    assert extracted("What does the PX-7 weigh?", (0.9, 0.88, 0.8), chunk(*texts)) == [texts[0], texts[2]]
    compared = extracted("Compare the weight of PX-7 and PX-9", (0.9, 0.88, 0.8), chunk(*texts))
    assert set(compared) == set(texts)
    shed, barn = "The shed was built in 1950 by Bo.", "The barn behind the shed was built in 1990 by Al."
    assert extracted("When was the shed built?", (0.9, 0.88), chunk(shed, barn)) == [shed]


@pytest.mark.parametrize(
    ("question", "first"), [("What is the energy?", "Energy is mass."), ("What is the formula of energy?", "$E=mc^2$")]
)
def test_a_formula_answers_only_a_question_for_one(question: str, first: str) -> None:
    prose, formula = chunk("Energy is mass."), chunk("$E=mc^2$", kind="formula", key="f", ordinal=1)
    assert extracted(question, (0.5, 0.9), prose, formula)[0] == first


def test_a_comparison_puts_the_rows_that_are_named_side_by_side() -> None:
    rows = table(("2023", "412", "31"), ("2024", "540", "36"), ("2025", "602", "40"))
    found = extracted("Were there more visitors in 2025 than in 2023?", (0.6, 0.5, 0.9), rows)
    assert found == ["2023 412 31", "2025 602 40"]


def test_the_row_with_the_largest_value_beats_the_best_match() -> None:
    rows = table(("2023", "412", "31"), ("2024", "640", "36"), ("2025", "602", "40"))
    assert extracted("Which year had the most visitors?", (0.9, 0.5, 0.6), rows) == ["2024 640 36"]


def closest(question: str, fits: Sequence[float], related: bool, *texts: str) -> list[str]:
    """The quotes that are shown when the first sentence answers, or is only related."""
    whole = chunk(*texts)
    scored = [ScoredSentence("c", whole.sentences[at], at, 0, fit, fit) for at, fit in enumerate(fits)]
    first = Claim(text=texts[0], chunk="c", quote=texts[0])
    claims: list[Claim] = [{**first, "related": True} if related else first]
    return [claim["quote"] for claim in with_closest(asking(question), claims, scored, {"c": whole})]


def test_where_nothing_answers_three_closest_sentences_are_shown() -> None:
    texts = ("A report on the weir went to a board.", "They had it torn down.", "Eels passed.", "Hay is dear.")
    question = "What happened to the weir after the report?"
    assert closest(question, (0.9, 0.6, 0.62, 0.1), True, *texts) == list(texts[:3])


def test_beside_an_answer_no_further_sentences_are_shown() -> None:
    texts = ("The board had the weir torn down.", "Eels passed.", "Hay is dear.")
    assert closest("What did the board do to the weir?", (0.9, 0.6, 0.62), False, *texts) == [texts[0]]


def beside(question: str, answer: str, *others: str) -> list[str]:
    """The quotes that are left of related ones beside an answer."""
    claims: list[Claim] = [Claim(text=answer, chunk="c", quote=answer)]
    claims += [{**Claim(text=other, chunk="c", quote=other), "related": True} for other in others]
    return [claim["quote"] for claim in without_other_values(asking(question), claims, {})]


def test_beside_an_answer_stands_no_value_of_another_thing() -> None:
    answer, other = "Theft is covered up to 15,000 euros.", "Theft is covered up to 30,000 euros."
    more = "Report a claim to the broker at once."
    assert beside("What does the home policy pay for theft?", answer, other, more) == [answer, more]
    answer, other = "The South Light was built by Agnes Roe.", "The North Light was the work of a shipwright, Ed Lee."
    assert beside("Who built the South Light?", answer, other, more) == [answer, more]
    answer, other = "The strike began in June 1911 with Ann Roe.", "A second strike in 1912 was called by Jo Marr."
    assert beside("Who called the strike of 1911?", answer, other, more) == [answer, more]
    assert beside("Is the South Light older than the North Light?", answer, other) == [answer, other]


def test_related_sentences_without_an_answer_all_stay() -> None:
    texts = ("Theft is covered up to 15,000 euros.", "Theft is covered up to 30,000 euros.")
    claims: list[Claim] = [{"text": one, "chunk": "c", "quote": one, "related": True} for one in texts]
    assert without_other_values(asking("What is paid for theft?"), claims, {}) == claims


def test_a_sentence_that_begins_with_a_time_is_not_about_that_time() -> None:
    texts = ("In 1960 the weir was entered on the register.", "The old weir was entered in 1960 as a monument.")
    assert extracted("What was the weir entered as in 1960?", (0.9, 0.88), chunk(*texts)) == list(texts)


def test_a_value_in_a_unit_of_what_is_asked_comes_before_another_number() -> None:
    texts = ("The old mast was put up in 1904.", "The mast is of oak and 17 metres high.")
    assert extracted("How high is the mast?", (0.62, 0.6), chunk(*texts))[0] == texts[1]


def test_beside_a_row_that_answers_no_other_row_of_its_table_is_shown() -> None:
    rows = table(("2023", "410", "7"), ("2024", "505", "9"))
    notes = chunk("The path was closed in spring.", key="n")
    right: Claim = {"text": "2024: Nests 9", "chunk": "t", "quote": "2024 505 9"}
    other: Claim = {"text": "2023: Nests 7", "chunk": "t", "quote": "2023 410 7", "related": True}
    prose: Claim = {"text": notes.text, "chunk": "n", "quote": notes.text, "related": True}
    chunks = {"t": rows, "n": notes}
    question = asking("How many nests were found in the second season?")
    assert without_other_values(question, [right, other, prose], chunks) == [right, prose]
    assert without_other_values(question, [other, prose], chunks) == [other, prose]
