import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.text.sentences import count_tokens, split_sentences

TEXT = st.text(max_size=300) | st.text(alphabet='aA1 .?!,;:()[]"”\n…-é。\xa0', max_size=300)


@given(TEXT)
def test_nothing_but_white_space_is_lost(text: str) -> None:
    sentences = split_sentences(text)
    assert "".join("".join(sentences).split()) == "".join(text.split())
    assert all(sentence and sentence == " ".join(sentence.split()) for sentence in sentences)


def test_a_lone_surrogate_is_replaced() -> None:
    assert split_sentences("a\ud800b. C d.") == ["a\ufffdb.", "C d."]


@pytest.mark.parametrize(
    "text",
    [
        "We use e.g. trees (i.e. oaks).",
        "Smith et al. (2020) show it.",
        "See Fig. 3 and Eq. (4) vs. Sec. 2.",
        "Dr. Jones of the U.S. Army met J. R. Smith.",
        "It cost approx. 3.5 m, cf. Lee.",
        "No. 5 of Acme Inc. won, see pp. 3-4.",
        "See https://a.b/c.html?x=1.",
        "Then... maybe not.",
        "(Shao et al., 2024; Wang et al., 2023).",
        "This is shown. [12]",
        "Die Frist endet am 30. September um 12 Uhr.",
        "Ausgeführt wurden die Arbeiten vom 4. bis 13. August.",
        "Der Kurs läuft vom 3. zum 5. Mai, jeder 3. Platz ist frei.",
        "Der 1. FC Hult spielt in der 2. Bundesliga.",
        "Der Saal liegt im 2. Stock und stammt aus dem 19. Jahrhundert.",
        "Der Beitrag nach Abs. 4 gilt z. B. für Boote, vgl. Nr. 7.",
        "El Sr. López y la Dra. Ruiz viven en la Av. Colón núm. 12.",
        "Véase el art. 5, pág. 12: EE. UU. firmó el contrato.",
        "Voir l'art. 12, p. 4, et la thèse de MM. Petit et Roy.",
        "Le mur date de 50 av. J.-C. selon Mme. Leroy.",
        "Завод основан в 1851 г. купцом П. А. Лобановым, см. рис. 4 и стр. 12.",
        "Площадь участка — 3 тыс. кв. м. земли.",
        "It was no more.[citation needed]",
        "Tests (Jain et al., 2024) (2024-08), the exam (CNMO 2024)3, and Mathematics 2024 (AIME 2024) (MAA, 2024).",
    ],
)
def test_a_single_sentence_is_not_split(text: str) -> None:
    assert split_sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It works.[12] Next one.", 2),
        ("It works. [12] Next one.", 2),
        ('"Why?" she asked. He left!', 2),
        ("The input has size n. Since then it grew.", 2),
        ("Every problem can be reduced to X. The rest follows.", 2),
        ("One (of two). Two.", 2),
        ("这是中文。还有一句。", 2),
        ("¿Cuándo abre la lonja? Abre a las seis. ¡Qué temprano!", 3),
        ("« Le port est fermé. » Il l'a dit hier. M. Dupont habite ici.", 3),
        ("„Das ist neu.“ Sie sagte es oft, z. B. am 3. Mai. Er schwieg.", 3),
        ("Завод закрыт с 1994 г. Музей открыт. Билет стоит 200 руб. Он дорог.", 4),
    ],
)
def test_sentences_are_split(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count


@given(TEXT)
def test_tokens_are_counted_for_every_visible_character(text: str) -> None:
    assert count_tokens(text) <= len(text)
    assert (count_tokens(text) > 0) == any(c.isalnum() or not c.isspace() for c in text)
