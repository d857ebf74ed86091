"""Questions and documents in other languages than English, asked of the whole application offline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pymupdf
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.query import wording
from graph.verdicts import SENTENCES
from tests.conftest import FillHome
from tests.evals import proof_by_language
from tests.evals.languages import QUESTIONS, run

OFFLINE: Any = {"engine": "offline"}
ENGLISH = "The mill was built in 1782. Peter Vlachos is the miller."
GREEK = "Ο μύλος χτίστηκε το 1782. Ο μυλωνάς λέγεται Πέτρος Βλάχος. Η στέγη επισκευάστηκε το 1911."


def ask(question: str, *documents: str) -> dict[str, Any]:
    return app.invoke({"question": question, "documents": list(documents)}, context=OFFLINE)


@pytest.mark.heavy
def test_each_language_is_answered_on_its_own_and_across_and_refuses_what_is_unrelated(home: Path) -> None:
    for code, counts in run(str(home)).items():
        related = counts["right"] + counts["declined"] + counts["wrong"]
        unrelated = counts["refused"] + counts["answered"]
        assert related + unrelated == len(QUESTIONS[code].strip().splitlines())
        assert counts["refused"] >= 0.85 * unrelated, (code, counts)
        assert counts["declined"] <= 0.35 * related, (code, counts)
        assert counts["right"] >= 0.6 * related, (code, counts)


@pytest.mark.heavy
def test_answers_are_proven_in_the_language_of_the_document_and_what_it_does_not_say_is_not(home: Path) -> None:
    for code, counts in proof_by_language.run(str(home)).items():
        answerable = counts["proven"] + counts["related"] + counts["lost"]
        assert counts["proven"] >= 0.7 * answerable, (code, counts)
        assert counts["lost"] == 0, (code, counts)
        assert counts["wrong and proven"] <= 0.05 * counts.total(), (code, counts)


TABLES = {
    "de": ("| Werk | Mitarbeiter | Umsatz in Mio. Euro | Gründung |", "Standorte der Gruppe"),
    "fr": ("| Usine | Salariés | Ventes en millions d'euros | Fondation |", "Les usines du groupe"),
    "es": ("| Planta | Empleados | Ventas en millones de euros | Fundación |", "Las plantas del grupo"),
}


@pytest.mark.parametrize(
    ("code", "question", "value"),
    [
        ("de", "Wie viele Mitarbeiter hat das Werk Arnum?", "310"),
        ("de", "Wie hoch ist der Umsatz von Bersen?", "12,9"),
        ("de", "Wann wurde Corden gegründet?", "1988"),
        ("fr", "Combien de salariés a l'usine Arnum ?", "310"),
        ("es", "¿Cuántos empleados tiene la planta Arnum?", "310"),
        ("de", "Wie viele Mitarbeiter hat Dornum?", ""),
        ("de", "Wie hoch ist der Gewinn von Arnum?", ""),
        ("de", "Wie viele Mitarbeiter hat Corden?", ""),
        ("de", "Wie hoch war der Umsatz von Arnum im Jahr 2019?", ""),
        ("fr", "Combien de salariés a l'usine Corden ?", ""),
        ("es", "¿Cuántos empleados tiene la planta Dornum?", ""),
    ],
)
def test_a_cell_of_a_table_is_proven_in_its_language_and_no_neighbour(
    tmp_path: Path, home: Path, code: str, question: str, value: str
) -> None:
    head, title = TABLES[code]
    rows = "| Arnum | 310 | 48,2 | 1911 |\n| Bersen | 125 | 12,9 | 1954 |\n| Corden | | 15,4 | 1988 |"
    (tmp_path / "table.md").write_text(f"# {title}\n\n{head}\n| --- | --- | --- | --- |\n{rows}\n", "utf-8")
    app.invoke({"sources": [str(tmp_path / "table.md")]}, context=OFFLINE)
    result = ask(question)
    assert (result["verdict"] == "proven") == bool(value), result["answer"]
    assert value in result["answer"]


@pytest.mark.parametrize(
    ("name", "text", "answer"),
    [
        ("bad.txt", "Das Schwimmbad ist montags geschlossen. Eine Karte kostet vier Euro.", "montags"),
        ("bath.txt", "游泳馆星期一闭馆。门票四欧元。", "星期一"),
    ],
)
def test_an_english_question_finds_the_only_page_of_a_library_in_another_language(
    tmp_path: Path, home: Path, name: str, text: str, answer: str
) -> None:
    (tmp_path / name).write_text(text, "utf-8")
    app.invoke({"sources": [str(tmp_path / name)]}, context=OFFLINE)
    result = ask("On which day is the swimming pool closed?")
    assert answer in result["answer"]
    assert result["verdict"] == "related"
    assert ask("What is the capital of France?")["refused"]


def test_a_question_finds_the_sentence_of_a_small_library_that_names_its_subject(tmp_path: Path, home: Path) -> None:
    (tmp_path / "estate.txt").write_text("红枫小区建于2003年。停车费每月一百五十元。小区的物业经理是赵明。", "utf-8")
    (tmp_path / "plot.txt").write_text("The treasurer is Doris Hale. Sheds may be at most two metres high.", "utf-8")
    app.invoke({"sources": [str(tmp_path)]}, context=OFFLINE)
    for question in ("物业经理叫什么名字？", "请问谁是物业经理？"):
        assert "赵明" in ask(question, "estate.txt")["answer"]
    assert "two metres" in ask("Wie hoch darf eine Hütte sein?", "plot.txt")["answer"]
    assert "Doris" in ask("谁是司库？", "plot.txt")["answer"]
    for question in ("导演叫什么名字？", "请问谁是法国总统？", "火车什么时候出发？"):
        assert ask(question, "estate.txt")["refused"], question
    assert ask("Wer erfand das Telefon?", "plot.txt")["refused"]


@pytest.fixture
def mill(tmp_path: Path, fill_home: FillHome) -> None:
    english = "The mill was built in 1782. Peter Vlachos is the miller."

    def ingest() -> None:
        for name, text in (("greek.txt", GREEK), ("english.txt", english)):
            (tmp_path / name).write_text(text, "utf-8")
            app.invoke({"sources": [str(tmp_path / name)]}, context=OFFLINE)

    fill_home(ingest)


@pytest.mark.usefixtures("mill")
def test_a_script_that_the_model_does_not_know_is_never_answered_at_random() -> None:
    for question in ("Ποια είναι η πρωτεύουσα της Γαλλίας;", "מה בירת צרפת?", "फ्रांस की राजधानी क्या है?"):
        assert ask(question)["refused"], question
    assert "1782" in ask("Πότε χτίστηκε ο μύλος;")["answer"]


@pytest.mark.usefixtures("mill")
def test_vectors_of_many_languages_are_made_when_they_are_needed_and_kept() -> None:
    catalog: Any = dependencies.stores(Scope.everything()).catalog
    ids = [chunk for row in catalog.documents() for chunk in catalog.chunk_ids(row.id)]
    assert not ask("When was the mill built?", "english.txt")["refused"]
    assert catalog.multilingual_vectors(ids, 512) == {}
    assert "1782" in ask("Wann wurde die Mühle gebaut?", "english.txt")["answer"]
    assert len(catalog.multilingual_vectors(ids, 512)) == 1


def test_an_english_library_is_asked_in_english_without_the_second_model(library: Path) -> None:
    search = dependencies.multilingual_search(dependencies.stores(Scope.everything()).catalog)
    assert search is not None
    assert search.asked("Who looks after the winch?") is None
    asked = search.asked("Wer kümmert sich um die Winde?")
    assert asked is not None
    assert set(asked.documents.values()) == {"en"}


@pytest.mark.parametrize(
    ("greeting", "reply", "question", "refusal"),
    [
        ("Hallo!", "Hallo. Fragen Sie", "Wer ist der König von Frankreich?", "beantworten diese Frage nicht"),
        ("Merci beaucoup", "Je vous en prie", "Qui est le roi de France ?", "ne répondent pas à cette question"),
        ("¡Hola!", "Hola. Pregúnteme", "¿Quién es el rey de Francia?", "no responden a esta pregunta"),
        ("Hello", "Hello. Ask me", "Who is the king of France?", "do not answer this question"),
        ("Hello", "Hello. Ask me", "Кто король Франции?", "do not answer this question"),
    ],
)
@pytest.mark.usefixtures("mill")
def test_the_application_replies_in_the_language_of_the_question(
    greeting: str, reply: str, question: str, refusal: str
) -> None:
    assert ask(greeting)["answer"].startswith(reply)
    result = ask(question)
    assert result["refused"]
    assert refusal in result["answer"]


def test_every_sentence_is_there_in_every_language_with_the_same_values() -> None:
    english = wording.ENGLISH
    assert {*english} == {*get_args(wording.Phrase)}
    for code, one in wording.TRANSLATIONS.items():
        assert one["phrases"].keys() == english.keys(), code
        assert one["verdicts"].keys() == SENTENCES.keys(), code
        for phrase, text in one["phrases"].items():
            assert sorted(re.findall(r"{\w+}", text)) == sorted(re.findall(r"{\w+}", english[phrase])), (code, phrase)


def test_a_chinese_pdf_is_asked_in_chinese_and_its_pages_are_counted(home: Path, tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    for line in ("码头主任是周海波先生。", "停泊费每晚十二元。", "游船从五月到九月每天出发两次。"):
        document.new_page().insert_text((72, 120), line, fontname="china-s", fontsize=12)
    document.save(str(tmp_path / "pier.pdf"))
    report = app.invoke({"sources": [str(tmp_path / "pier.pdf")]})["report"]
    assert report["documents"][0]["ledger"]["read"] == 3
    found = app.invoke({"question": "码头主任是谁？"})
    assert ("周海波" in found["answer"], found["citations"][0]["page"]) == (True, 1)
    assert "十二元" in app.invoke({"question": "停泊费是多少？"})["answer"]
    assert app.invoke({"question": "法国的首都是哪里？"})["refused"]
    assert app.invoke({"question": "How many pages are there in pier.pdf?"})["answer"] == "pier.pdf has 3 pages."
