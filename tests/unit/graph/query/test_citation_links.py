"""Replies with links: each marker leads to its page, and what a model reads of earlier replies has none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage

from graph.app import acknowledge_files
from graph.errors import BadInputError
from graph.ingestion.report import failed_report
from graph.ingestion.state import Report
from graph.query.citation_links import add_links, remove_links, source_list
from graph.query.conversation import question_and_history
from graph.settings import settings
from graph.types import Citation, no_usage

BASE = "http://127.0.0.1:2024"


def citation(marker: int, name: str = "a.pdf", boxes: int = 1) -> Citation:
    box = [0.13441, 0.6, 0.8, 0.62]
    return Citation(
        marker=marker, document="3ff9375edf2407fd", name=name, page=6, quote="q", boxes=[box] * boxes, chunk="c"
    )


def test_each_marker_leads_to_its_page() -> None:
    told = add_links("It costs 14 euros. [1]\n\nSo it is. [2]", [citation(1)], BASE)
    place = f"{BASE}/room#page=3ff9375edf2407fd/6&boxes=0.134,0.600,0.800,0.620"
    assert told == f"It costs 14 euros. [[1]]({place})\n\nSo it is. [2]"
    assert source_list([citation(1)], BASE) == f"\n\n**Sources**\n\n1. [a.pdf, page 6]({place})"


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        ("It rose from $17,846 to $16,200. [2]", r"It rose from \$17,846 to \$16,200. [2]"),
        ("US$ 5 and A$7", r"US\$ 5 and A\$7"),
        ("Loss is $L = \\frac{1}{n}$ here, for $5.", "Loss is $L = \\frac{1}{n}$ here, for \\$5."),
        ("$$a^2 + b^2$$ costs $3", "$$a^2 + b^2$$ costs \\$3"),
        ("about ~5 to ~6 m", r"about \~5 to \~6 m"),
        ("p <b>bold</b> 3 < 4", r"p \<b>bold\</b> 3 < 4"),
        (r"already \$5", r"already \$5"),
    ],
)
def test_marks_of_the_text_are_no_markup_in_a_chat(answer: str, shown: str) -> None:
    assert add_links(answer, [], BASE) == shown
    assert remove_links(shown) == answer.replace("\\$", "$")


@given(st.text(alphabet="ab $~<1,.^", max_size=40))
def test_what_is_escaped_is_read_as_it_was(answer: str) -> None:
    assert remove_links(add_links(answer, [], BASE)) == answer


def test_without_an_address_a_reply_is_the_answer() -> None:
    assert add_links("It is. [1]", [citation(1)], "") == "It is. [1]"
    assert source_list([citation(1)], "") == ""


def test_a_name_cannot_lead_elsewhere_and_an_address_stays_short() -> None:
    evil = citation(1, "x](http://evil.example) [y\n# z.pdf", boxes=400)
    told = source_list([evil], BASE)
    assert "\\]" in told
    assert told.count("\n1. ") == 1
    assert len(told.splitlines()) == 5
    assert len(told) < 700


@given(st.text(alphabet="ab[]().12\n* ", max_size=40), st.text(alphabet="ab[]()_*\n.", min_size=1, max_size=12))
def test_an_earlier_reply_is_read_without_its_links(text: str, name: str) -> None:
    answer = f"{text} [1]\n\nMore of it. [2]"
    cited = [citation(1, name), citation(2, name, boxes=3)]
    assert remove_links(add_links(answer, cited, BASE) + source_list(cited, BASE)) == answer


def test_the_address_is_what_is_set_or_what_the_server_says_of_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings().public_url == ""
    monkeypatch.setenv("LANGGRAPH_API_URL", "http://0.0.0.0:2024")
    assert settings().public_url == "http://127.0.0.1:2024"
    monkeypatch.setenv("PAGEWITNESS_PUBLIC_URL", "https://papers.example.org/library/")
    assert settings().public_url == "https://papers.example.org/library"
    monkeypatch.setenv("PAGEWITNESS_PUBLIC_URL", "javascript:alert(1)")
    with pytest.raises(BadInputError, match="PAGEWITNESS_PUBLIC_URL"):
        settings()


def test_a_model_is_shown_earlier_replies_without_links() -> None:
    reply = add_links("It costs 14 euros. [1]", [citation(1)], BASE) + source_list([citation(1)], BASE)
    turns: list[AnyMessage] = [HumanMessage("What?"), AIMessage(reply), HumanMessage("And for children?")]
    _, history = question_and_history(None, turns)
    assert [turn["text"] for turn in history] == ["What?", "It costs 14 euros. [1]"]


def test_names_of_attached_files_are_no_mathematics_in_a_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_PUBLIC_URL", "https://papers.example.org/library/")
    names = [failed_report(None, name, name, "password", "It is locked.") for name in ("$5.pdf", "$6.pdf")]
    report = Report(documents=names, duplicates=[], skipped=[], unfinished=None, usage=no_usage(), seconds=1.0)
    [reply] = acknowledge_files({"report": report})["messages"]
    assert r"\$5.pdf: not read" in reply.content
    assert r"\$6.pdf: not read" in reply.content
    assert r"[\$5.pdf, page 6]" in source_list([citation(1, "$5.pdf")], BASE)
