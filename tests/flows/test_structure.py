"""What the structure of a document adds to its answers: labels of pages, page names, headings, clauses, sections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pymupdf
import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.cli import output
from graph.context import Context
from graph.query.citation_links import source_list
from graph.query.graph import app as query
from graph.storage import summaries
from loaders.chunking.chunker import chunk_pages
from loaders.types import Block, Box

Line = tuple[float, float, str, float, str]
"""A line of print: x, y, text, size, font."""


def heading(text: str, y: float = 90) -> Line:
    return (72, y, text, 15, "hebo")


def line(text: str, y: float = 130) -> Line:
    return (72, y, text, 11, "helv")


def foot(text: str) -> Line:
    return (290, 810, text, 9, "helv")


def write(path: Path, *pages: Sequence[Line], labels: list[dict[str, Any]] | None = None) -> Path:
    document: Any = pymupdf.open()
    for lines in pages:
        page = document.new_page(width=595, height=842)
        for x, y, text, size, font in lines:
            page.insert_text((x, y), text, fontsize=size, fontname=font)
    if labels:
        document.set_page_labels(labels)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    document.close()
    return path


def ingest(*paths: Path) -> None:
    report = app.invoke({"sources": [str(path) for path in paths]}, context=Context(engine="offline"))["report"]
    assert all(document["status"] == "complete" for document in report["documents"]), report


def ask(question: str, *before: AnyMessage) -> dict[str, Any]:
    given: Any = {"messages": [*before, HumanMessage(question)]}
    return cast(dict[str, Any], query.invoke(given, context=Context(engine="offline")))


@pytest.mark.parametrize("in_file", [True, False])
def test_a_citation_says_the_printed_page_where_it_differs(
    in_file: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = [
        ("Foreword", "The chair thanks the volunteers."), ("Terms", "A skep is a basket for bees."),
        ("Summary", "The year was wet and cold."), ("Hives", "The society keeps 214 hives on the heath."),
        ("Honey", "The harvest came to 3.1 tonnes of honey."), ("Swarms", "Eleven swarms were caught in May."),
    ]  # fmt: skip
    names = ["i", "ii", "iii", "1", "2", "3"]
    pages = [[heading(head), line(text), foot(name)] for (head, text), name in zip(body, names, strict=True)]
    tree = [{"startpage": 0, "style": "r", "firstpagenum": 1}, {"startpage": 3, "style": "D", "firstpagenum": 1}]
    ingest(write(tmp_path / "bees.pdf", *pages, labels=tree if in_file else None))

    result = ask("How many tonnes of honey was the harvest?")
    (citation,) = result["citations"][:1]
    assert (citation["page"], citation["label"]) == (5, "2")
    assert "page 5 (printed 2)" in source_list([citation], "http://room")
    output.answer(result)
    assert "page 5 (printed 2)" in " ".join(capsys.readouterr().out.split())

    catalog = dependencies.stores(Scope.everything()).catalog
    listed = summaries.pages(catalog, catalog.documents()[0].id)
    assert [row["label"] for row in listed] == names
    output.pages({"pages": listed})
    assert "Printed" in capsys.readouterr().out


def test_pages_that_are_called_by_their_numbers_have_no_label(tmp_path: Path) -> None:
    pages = [[heading(f"Part {n}"), line(f"The keeper of part {n} is called Bo."), foot(str(n))] for n in (1, 2, 3, 4)]
    ingest(write(tmp_path / "plain.pdf", *pages))
    result = ask("What is the keeper of part 2 called?")
    assert all("label" not in citation for citation in result["citations"])
    catalog = dependencies.stores(Scope.everything()).catalog
    assert [row["label"] for row in summaries.pages(catalog, catalog.documents()[0].id)] == [""] * 4


def answer(question: str) -> str:
    result = ask(question)
    assert not result["refused"], result["answer"]
    return str(result["answer"])


def test_a_component_that_only_the_header_names_is_found(tmp_path: Path) -> None:
    pages = []
    for number, (name, volts, heat) in enumerate([("PX-11", 12, 70), ("PX-24", 48, 60), ("PX-57", 36, 95)]):
        top = (400.0, 40.0, f"Component {name}", 9.0, "helv")
        pages.append(
            [top, heading("Electrical data"), line(f"The rated voltage is {volts} volts."), foot(str(2 * number))]
        )
        pages.append([top, heading("Environment"), line(f"The highest ambient temperature is {heat} degrees.")])
    ingest(write(tmp_path / "sheets.pdf", *pages))
    result = ask("What voltage does the PX-24 need?")
    assert (result["citations"][0]["page"], "48 volts" in result["citations"][0]["quote"]) == (3, True)
    assert "Component PX-24" in result["retrieved"][0]["heading"]
    assert "95 degrees" in ask("What is the highest ambient temperature of the PX-57?")["citations"][0]["quote"]


def test_contents_and_references_answer_only_what_asks_for_them(tmp_path: Path) -> None:
    titles = ["Unpacking the kiln", "Firing of stoneware", "Replacing the elements"]
    texts = [
        "Lift the kiln by its handles with two people.", "Stoneware is fired to 1,240 degrees for fifteen minutes.",
        "Each element is held by six pins; order part 7730.",
    ]  # fmt: skip
    contents = [line(f"{n} {t} {'.' * (60 - len(t))} {n + 1}", 110 + 20 * n) for n, t in enumerate(titles, 1)]
    body = [
        [heading(f"{n} {t}"), line(x), foot(str(n + 1))] for n, (t, x) in enumerate(zip(titles, texts, strict=True), 1)
    ]
    works = [
        heading("Further reading"),
        line("Hale, R. (2009). Replacing the elements of electric kilns. Clay Review 12, 44-51."),
        line("Brand, T. (2018). What temperature is stoneware fired to? Potters' Quarterly 3, 7.", 170),
    ]  # fmt: skip
    ingest(write(tmp_path / "kiln.pdf", [heading("Contents"), *contents], *body, works))
    assert answer("What temperature is stoneware fired to?").startswith(texts[1])
    assert answer("How are the elements held, and which part is ordered?").startswith(texts[2])
    assert "Clay Review" in answer(
        "In which journal did Hale's article on replacing elements of electric kilns appear?"
    )


def test_a_clause_is_found_by_its_number(tmp_path: Path) -> None:
    clauses = [
        ("4. Service", ["4.1 A failed store is attended to within four hours.", "4.2 Spare parts are free."]),
        ("6. Insurance", ["6.1 The contractor keeps insurance.", "6.2 Should the cover lapse, notice is ten days."]),
    ]
    pages = [[heading(head), *(line(x, 130 + 26 * i) for i, x in enumerate(lines))] for head, lines in clauses]
    ingest(write(tmp_path / "contract.pdf", *pages))
    assert answer("What happens under clause 6.2?").startswith("6.2 Should the cover lapse")
    assert answer("What does section 4.1 require?").startswith("4.1 A failed store")


def test_a_number_in_the_heading_tells_two_documents_apart(tmp_path: Path) -> None:
    for folder, number, total in (("march", "INV-311", "1,240.50"), ("april", "INV-347", "2,075.00")):
        lines = [heading(f"Invoice {number}"), line(f"The total to be paid is {total} euros.")]
        ingest(write(tmp_path / folder / "invoice.pdf", lines))
    assert "1,240.50" in ask("What is the total of invoice INV-311?")["citations"][0]["quote"]
    assert "2,075.00" in ask("What is the total of invoice INV-347?")["citations"][0]["quote"]


def test_lines_of_a_curriculum_are_quoted_alone_and_found_by_their_headings(tmp_path: Path) -> None:
    lines: list[Line] = [
        (72, 80, "Hanne Lund", 22, "hebo"), line("Ornithologist, Skagen", 100), line("h.lund@example.org", 115),
        heading("Experience", 150), line("2018-2024 Warden, Holm Observatory", 170),
        line("2012-2018 Ranger, Skarv Reserve", 185),
        heading("Education", 220), line("2012 MSc in zoology, University of Aarhus", 240),
        line("2009 BSc in botany, University of Odense", 255),
        heading("Languages", 290), line("Danish, German, Faroese", 310),
    ]  # fmt: skip
    ingest(write(tmp_path / "lund.pdf", lines))
    for question, quotes in {
        "What languages does Hanne speak?": {"Danish, German, Faroese"},
        "What is her e-mail address?": {"h.lund@example.org"},
        "Where did she study?": {
            "2012 MSc in zoology, University of Aarhus", "2009 BSc in botany, University of Odense"
        },
        "Where did she work?": {"2018-2024 Warden, Holm Observatory", "2012-2018 Ranger, Skarv Reserve"},
    }.items():  # fmt: skip
        assert quotes <= {citation["quote"] for citation in ask(question)["citations"]}, question


def test_a_statement_of_account_answers_by_date_and_gives_its_number(tmp_path: Path) -> None:
    rows = [
        ("Date", "Description", "Paid out", "Paid in", "Balance"),
        ("02 Apr", "Opening balance", "", "", "1,204.10"), ("07 Apr", "Standing order rent", "640.00", "", "564.10"),
        ("12 Apr", "Transfer from O Brandt", "", "95.00", "659.10"), ("21 Apr", "Water company", "31.40", "", "627.70"),
    ]  # fmt: skip
    columns = (60, 130, 320, 400, 490)
    lines: list[Line] = [(60, 80, "Statement of account 20-41-77 / 0031 5589", 13, "hebo")]
    lines += [
        (x, 115 + 22 * at, text, 9.5, "helv" if at else "hebo")
        for at, row in enumerate(rows)
        for x, text in zip(columns, row, strict=True)
        if text
    ]
    ingest(write(tmp_path / "account.pdf", lines))
    for question, first in {
        "What was the balance on 12 April?": "659.10",
        "How much money was paid in on 12 April?": "95.00",
        "How much was paid for rent?": "640.00",
        "What is the account number?": "0031 5589",
    }.items():
        assert first in ask(question)["answer"].splitlines()[0], question


def test_all_chunks_know_the_mark_that_their_document_sets_before_decimals(tmp_path: Path) -> None:
    first = [heading("Fischerei"), line("Der Fang stieg auf 12.480,1 Tonnen, das sind 3,5 Prozent mehr.")]
    second = [heading("Werften"), line("Die Werft verbrauchte 1.234 Kilowattstunden.")]
    ingest(write(tmp_path / "fang.pdf", first, second))
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    rows = catalog.chunks(catalog.chunk_ids(document.id))
    assert {row.decimal for row in rows} == {","}
    assert {row.pages for row in rows} == {(1,), (2,)}


def test_title_authors_and_date_are_told_stored_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = "The eel passes the weir at night, when the water is high and the moon is new, as the keepers wrote."
    lines: list[Line] = [
        (72, 90, "Counting eels at the weir", 24, "hebo"), (72, 125, "Mara Lindqvist, Tom de Vries", 12, "helv"),
        (72, 150, "3 May 2024", 11, "helv"), (72, 200, body, 10, "helv"), (72, 214, body, 10, "helv"),
    ]  # fmt: skip
    ingest(write(tmp_path / "scan0001.pdf", lines))
    catalog = dependencies.stores(Scope.everything()).catalog
    (summary,) = summaries.documents(catalog)
    assert (summary["title"], summary["authors"], summary["date"]) == (
        "Counting eels at the weir", ["Mara Lindqvist", "Tom de Vries"], "2024-05-03",
    )  # fmt: skip
    assert catalog.search_text(["lindqvist"], [], 5)
    output.documents({"documents": [summary]})
    assert "Counting eels at the weir · Mara Lindqvist, Tom de Vries · 2024-05-03" in " ".join(
        capsys.readouterr().out.split()
    )


def test_each_document_answers_a_question_about_several(tmp_path: Path) -> None:
    pages = {
        "north.pdf": "The yard rent of the north mole is 310 euros.",
        "south guide.pdf": "Swans nest on the south mole.",
    }
    for name, text in pages.items():
        ingest(write(tmp_path / name, [heading("Report of the harbour"), line(text)]))
    counted = ask("How many documents mention swans?")
    assert ("1 of 2 documents" in counted["answer"], "south guide.pdf (page 1)" in counted["answer"]) == (True, True)
    assert "None of 2 documents" in ask("How many documents are about pumps?")["answer"]
    told = ask("Which of these documents gives the yard rent of the north mole?")
    assert ("310 euros" in told["answer"], told["citations"][0]["name"]) == (True, "north.pdf")
    assert any(note["kind"] == "nothing_in_document" and "south guide.pdf" in note["text"] for note in told["notes"])
    for question in ("Which documents mention the yard?", "Where is the word yard mentioned?"):
        listed = ask(question)
        said = "1 of 2 documents has “yard”.\n- north.pdf (page 1)"
        assert (listed["verdict"], listed["answer"]) == ("catalog", said)
    before: list[AnyMessage] = [
        HumanMessage("What is the yard rent?"),
        AIMessage(told["answer"], additional_kwargs={"citations": told["citations"]}),
    ]
    assert ask("How many pages does it have?", *before)["answer"] == "north.pdf has 1 page."
    assert ask("How many pages does the report have?", *before)["answer"] == "north.pdf has 1 page.", (
        "both are called so"
    )
    assert ask("How many pages does the guide have?", *before)["answer"] == "south guide.pdf has 1 page."


LEFT = """The ferry to Orrin sails again since 3 May, when its new rudder was fitted. The yard needed six weeks for it
and sent no bill. Walkers reach the far shore in twelve minutes. On the near shore the chandlery of the Quill family was
sold after forty years, and its"""
RIGHT = """rooms became a school for sail makers. The school has five pupils and is open on weekdays. In the spring the
harbour counted 204 boats. The winch of the ferry is greased every week."""


@pytest.mark.usefixtures("home")
def test_a_sentence_that_goes_on_in_the_next_column_is_one_and_is_proven(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((60, 80), "Letter from the harbour", fontsize=16, fontname="hebo")
    for left, text in ((60, LEFT), (310, RIGHT)):
        page.insert_textbox(pymupdf.Rect(left, 100, left + 225, 420), " ".join(text.split()), fontsize=10.5)
    document.save(str(tmp_path / "letter.pdf"))
    app.invoke({"sources": [str(tmp_path / "letter.pdf")]})
    found: Any = app.invoke({"question": "What did the rooms of the chandlery of the Quill family become?"})
    assert found["verdict"] == "proven"
    assert "was sold after forty years, and its rooms became a school for sail makers." in found["answer"]
    assert found["citations"][0]["boxes"]
    assert "every week" in app.invoke({"question": "How often is the winch of the ferry greased?"})["answer"]


def test_a_block_beside_another_joins_it_only_where_its_sentence_goes_on() -> None:
    def sentences(tail: str, head: str, right: float = 0.55) -> list[str]:
        blocks = [Block("text", tail, box=Box(0.1, 0.1, 0.5, 0.6)), Block("text", head, box=Box(right, 0.1, 0.9, 0.5))]
        return [one.text for chunk in chunk_pages("", [(1, blocks)]) for one in chunk.sentences]

    assert sentences("The bell is rung by", "the sexton.") == ["The bell is rung by the sexton."]
    assert sentences("The bell is rung.", "the sexton rings it.") == ["The bell is rung.", "the sexton rings it."]
    assert sentences("Bell, rung by", "Sexton since 1990.") == ["Bell, rung by", "Sexton since 1990."]
    assert sentences("The bell is rung by", "the sexton.", right=0.1) == ["The bell is rung by", "the sexton."]
