"""The rule by which a quote answers a German, French or Spanish question."""

from __future__ import annotations

import pytest

from graph.engines.offline.evidence_by_language import answers, row_answers
from graph.retrieval.languages import language

DE, FR, ES = (
    "Das ist der Bericht über die Arbeit in der Werft, die nicht mehr besteht und von der es nur noch Bilder gibt.",
    "C'est le rapport sur le travail dans le chantier, dont il ne reste que des images et qui est fermé.",
    "Este es el informe sobre el trabajo en el astillero, del que no quedan más que unas fotos y que está cerrado.",
)


def answered(question: str, quote: str, *above: str, before: str = "") -> bool:
    whole = {"de": DE, "fr": FR, "es": ES}.get(language(question), "")
    return answers(question, quote, above, before, f"{whole} {quote}")


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Wer hat die Werft gegründet?", "Die Werft wurde von Enno Tiarks gegründet."),
        ("Wann wurde die Werft gegründet?", "Die Werft gründete Enno Tiarks im Jahr 1888."),
        ("Wie viele Boote baute die Werft?", "Die Werft baute in dieser Zeit 41 Boote."),
        ("Wie viele Boote hat die Werft?", "In der Werft sind Boote: 41."),
        ("Wie schwer ist der Kran?", "Der Kran wiegt 12 Tonnen."),
        ("Was kostet der Strom?", "Die Stromkosten betragen 90 Euro."),
        ("Wie lange gilt die Garantie der Werft?", "Die Werft gewährt eine Garantie von fünf Jahren."),
        ("Unter welcher Nummer erreicht man die Werft?", "Sie erreichen die Werft unter 07531 55 0123."),
        ("Wie oft wird der Kran geputzt?", "Der Kran wird jede zweite Woche geputzt."),
        ("Warum wurde die Werft geschlossen?", "Die Werft wurde geschlossen, weil der Hafen versandete."),
        ("Warum darf der Kran nicht bei Sturm laufen?", "Der Kran darf bei Sturm nicht laufen, weil er kippt."),
        ("Qui a fondé le chantier ?", "Le chantier fut fondé par Anne Kerzu."),
        ("Combien de bateaux le chantier a-t-il construits ?", "Le chantier a construit quarante bateaux."),
        ("Combien coûte le mouillage ?", "Le mouillage coûte 12 euros par nuit."),
        ("¿Quién fundó el astillero?", "El astillero fue fundado por Luis Arrieta."),
        ("¿Cuántos barcos construyó el astillero?", "El astillero construyó cuarenta barcos."),
        ("¿Cuándo cerró el astillero?", "El astillero fue cerrado en 1987."),
    ],
)  # fmt: skip
def test_a_quote_with_all_words_and_a_value_answers(question: str, quote: str) -> None:
    assert answered(question, quote)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Wer hat die Werft gegründet?", "Die Werft wurde 1888 gegründet."),
        ("Wer leitet die Werft?", "Die Werft wurde von Enno Tiarks gegründet."),
        ("Wie viele Boote baute die Werft 1901?", "Die Werft baute in dieser Zeit 41 Boote."),
        ("Wie viele Boote baute die Werft?", "Die Werft baute Boote und beschäftigte nach allem Anschein 41 Leute."),
        ("Wie viele Boote hat die Werft?", "Die Liegezeit für Boote beträgt in der Werft vier Wochen."),
        ("¿Cuántos barcos tiene el astillero?", "El plazo para los barcos es de cuatro semanas en el astillero."),
        ("Wie schwer ist der Kran?", "Der Kran ist 12 Jahre alt."),
        ("Was kostet der Kran?", "Der Kran wurde 1999 gekauft."),
        ("Wann darf der Kran nicht benutzt werden?", "Der Kran darf im Sommer benutzt werden."),
        ("Qui a fondé le chantier ?", "Le chantier fut fondé en 1888."),
        ("Combien coûte le mouillage ?", "Le mouillage a douze places."),
        ("Quand le chantier a-t-il été fermé ?", "Le chantier n'a jamais été fermé en 1990."),
        ("¿Quién fundó el astillero?", "El astillero fue fundado en 1888."),
        ("¿Cuánto cuesta la grúa?", "La grúa se compró en 1999."),
        ("¿Qué temperatura tiene el agua?", "El agua se cambia dos veces al día."),
        # No rule for the language, or another one than the document's.
        ("Kto założył stocznię?", "Stocznię założył Jan Kowal."),
        ("Wer hat die Werft gegründet?", "Le chantier fut fondé par Anne Kerzu et il est dans le port de la ville."),
    ],
)  # fmt: skip
def test_a_quote_that_lacks_a_word_or_a_value_of_the_kind_does_not(question: str, quote: str) -> None:
    assert not answered(question, quote)


def test_headings_and_the_sentence_before_a_pronoun_name_what_a_quote_is_about() -> None:
    question, quote = "Wann wurde die Werft gegründet?", "Sie wurde 1888 gegründet."
    assert not answered(question, quote)
    assert answered(question, quote, "Die Werft von Emden")
    assert answered(question, quote, before="Die Werft liegt am alten Hafen.")
    assert not answered(question, quote, "Der Hafen und die Werft"), "a title of two things does not say which"


def test_a_rate_in_the_label_of_a_row_need_not_be_asked_for_where_no_other_row_has_one() -> None:
    question, row = "Wie hoch ist die Mehrwertsteuer?", "Mehrwertsteuer 19 % | Betrag: 328,89"
    assert row_answers(question, row, "Mehrwertsteuer 19 %", [], f"{DE} Mehrwertsteuer 19 % 328,89")
    store = "Speicher 9 kWh | Preis: 5.460"
    assert row_answers("Was kostet der Speicher?", store, "Speicher 9 kWh", [], f"{DE} Speicher 9 kWh 5.460")
    both = f"{DE} Mehrwertsteuer 19 % 328,89 Mehrwertsteuer 7 % 12,10"
    assert not row_answers(question, row, "Mehrwertsteuer 19 %", [], both)


def test_a_title_names_the_last_part_of_its_compounds_alone() -> None:
    row, title = "Pacht | 2024: 11.520", "Protokoll des Gartenvereins"
    assert not row_answers("Wie hoch ist die Pacht für einen Garten?", row, "Pacht", [title], f"{DE} {row}")
    assert row_answers("Wie hoch ist die Pacht des Vereins?", row, "Pacht", [title], f"{DE} {row}")
    assert not answered("Wie hoch ist die Pacht für einen Garten?", "Die Pacht beträgt 11.520 Euro.", title)


@pytest.mark.parametrize(
    ("question", "quote", "says"),
    [
        ("Wie alt ist die Patientin?", "Die Patientin Ewa Kowal ist am 12. Mai 1978 geboren.", False),
        ("Wie alt ist die Patientin?", "Die Patientin, geboren 1978, ist 47 Jahre alt.", True),
        ("Quel âge a la patiente ?", "La patiente est née le 12 mai 1978.", False),
        ("Wann ist die Patientin geboren?", "Die Patientin Ewa Kowal ist am 12. Mai 1978 geboren.", True),
    ],
)
def test_a_date_of_birth_is_no_age(question: str, quote: str, says: bool) -> None:
    assert answered(question, quote) is says


def test_the_number_of_a_heading_and_an_article_are_no_amounts() -> None:
    question, heading = "Wie hoch ist die Pacht für den Keller?", "§ 1 Pacht"
    assert not answered(question, f"{heading}. Zur Pacht gehört ein Keller.", heading)
    assert answered(question, f"{heading}. Für den Keller werden 20 Euro gezahlt.", heading)
    assert answered("Wie lange dauert die Reparatur der Werft?", "Die Reparatur in der Werft dauert eine Woche.")


@pytest.mark.parametrize(
    ("question", "quote", "says"),
    [
        ("Darf ich in der Werft rauchen?", "In der Werft darf man nicht rauchen.", True),
        ("Gibt es in der Werft einen Kran?", "Einen Kran gibt es in der Werft nicht.", True),
        ("Darf ich meinen Hund in die Werft mitbringen?", "Hunde sind in der Werft nicht erlaubt.", True),
        ("Darf ich meinen Hund in die Werft mitbringen?", "Ein Hund bewacht die Werft.", False),
        ("Nehmt ihr Holz an?", "Wir nehmen Eisen an, aber kein Holz.", True),
        ("Wie viele Boote baut ihr?", "Wir bauen keine Boote.", False),
        ("Was passiert bei Sturm mit dem Kran?", "Bei Sturm wird der Kran abgeschaltet.", True),
        ("Puis-je fumer dans le chantier ?", "Il ne faut jamais fumer dans le chantier.", True),
        ("Wo darf ich in der Werft rauchen?", "In der Werft darf man nicht rauchen.", False),
        ("Bis wann muss ich die Miete zahlen?", "Die Miete ist bis Montag zu überweisen.", True),
        ("Wann bekomme ich die Kaution zurück?", "Die Kaution wird nach sechs Monaten zurück überwiesen.", True),
    ],
)
def test_what_denies_answers_a_question_for_yes_or_no_alone(question: str, quote: str, says: bool) -> None:
    assert answered(question, quote) is says
