"""The language of questions and texts."""

from __future__ import annotations

import pytest

from graph.retrieval import terms
from graph.retrieval.languages import TELLING_WORDS, UNKNOWN, language


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("When was the silo built?", "en"),
        ("Where did the war end?", "en"),
        ("Wie viele Kühe stehen im Stall?", "de"),
        ("Warum?", "de"),
        ("Am I allowed to smoke?", "en"),
        ("Wann kommt er am Montag?", "de"),
        ("Combien de vaches sont dans l'étable ?", "fr"),
        ("¿Cuántas vacas hay en el establo?", "es"),
        ("Chi ha costruito il silo?", "it"),
        ("Quem construiu o silo?", "pt"),
        ("Hoeveel koeien staan er in de stal?", "nl"),
        ("Сколько коров в хлеву?", "ru"),
        ("谁建造了筒仓？", "zh"),
        ("サイロは誰が建てましたか", "ja"),
        ("사일로는 누가 지었습니까", "ko"),
        ("Какова точность DeepVeryLongName-32B?", "ru"),
        ("Ποιος έχτισε το σιλό;", UNKNOWN),
        ("מי בנה את הסילו?", UNKNOWN),
        ("silo height 2019", ""),
        ("2019?", ""),
    ],
)
def test_languages_are_told(text: str, code: str) -> None:
    assert language(text) == code


def test_stop_words_are_those_of_the_question() -> None:
    assert terms.content_terms("Wie viele Kühe stehen im Stall?") == ["viele", "kühe", "stehen", "stall"]
    assert "die" in terms.content_terms("How many cows die?")


def test_words_that_tell_other_languages_are_no_english_ones() -> None:
    told = {word for words in TELLING_WORDS for word in words}
    assert not told & terms.STOP_WORDS
    assert len(told) == sum(map(len, TELLING_WORDS))
