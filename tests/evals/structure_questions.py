"""Sixty questions on the structure of real documents: title, pages, outline, places, captions, summaries; offline.

    python -m tests.evals.structure_questions [HOME]

The expected answers are computed from each file's own outline, captions, page labels and text layer. The files lie
beside the repository and are not part of it; small ones are drawn by the scripts there. Reading all of them takes
minutes, so a HOME is kept.
"""

from __future__ import annotations

import os
import re
import runpy
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pymupdf

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
PAPER, EARNINGS = "DeepSeek_R1.pdf", "AMCOR_2023Q4_EARNINGS.pdf"
PLAN, COURSE = "e79deb02a0c0e87511080836c5d4347b.pdf", "f8d3a162ab9507e021d83dd109118b60.pdf"
COURT, ANNUAL = "a5879805d70c854ea4361e43a84e3bb2.pdf", "afe620b9beac86c1027b96d31d396407.pdf"
SLIDES = "germanwingsdigitalcrisisanalysis-150403064828-conversion-gate01_95.pdf"
FORM = "rob-066-SF424_page2.pdf"
FILES = {
    **{name: f"docqa/pdfs/{name}" for name in (EARNINGS, PLAN, COURSE, COURT, ANNUAL, SLIDES)},
    PAPER: f"deepseek-r1/{PAPER}",
    FORM: f"nasty/{FORM}",
}
DRAWN = ("toc", "page_labels", "contract", "cv", "header_id")
Result = dict[str, Any]
Check = Callable[[Any, Result], str]
"""Returns what is wrong with a result of a question on an opened PDF; "" if nothing is."""


def _pages(pdf: Any, result: Result) -> str:
    return "" if f" {pdf.page_count} page" in result["answer"] else f"no {pdf.page_count} pages"


def _holds(*labels: str) -> Check:
    """Check that the answer is no refusal, and holds these words, each in one of its forms."""

    def check(_: Any, result: Result) -> str:
        told = _plain(result["answer"])
        missing = [label for label in labels if not any(_plain(form) in told for form in label.split("|"))]
        return f"lacks {missing}" if missing else _claims(result)

    return check


def _claims(result: Result) -> str:
    return "" if result["verdict"] in ("proven", "catalog") else f"is {result['verdict']}"


def _plain(text: str) -> str:
    return re.sub(r"[^\w.]+", " ", text).casefold().strip()


def _outline(pdf: Any, result: Result) -> str:
    """Check that nine of ten entries of the file's own outline are listed, each with its page."""
    told = _plain(result["answer"])
    entries = [(_plain(title), page) for _, title, page in pdf.get_toc()]
    missing = [title for title, page in entries if not re.search(rf"{re.escape(title)} page {page}\b", told)]
    return f"lacks {missing}" if len(missing) > 0.1 * len(entries) else ""


def _captions(kind: str) -> Check:
    """Check that each caption of the text layer is listed with its page, and no number twice."""

    def check(pdf: Any, result: Result) -> str:
        wanted, listed = _printed_captions(pdf, kind), result["answer"]
        wrong = [n for n, page in wanted.items() if not re.search(rf"- {kind} {n}\b.*\(page {page}\)", listed)]
        return f"lacks {wrong}" if wrong else "" if f"has {len(wanted)} " in listed else f"not {len(wanted)}"

    return check


def _printed_captions(pdf: Any, kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for page in pdf:
        for number in re.findall(rf"^{kind} (\d+) ?[|:.]", page.get_text(), re.MULTILINE):
            found.setdefault(number, page.number + 1)
    return found


def _caption(kind: str, number: str) -> Check:
    """Check that the first quote is the caption with this number, on its page."""

    def check(pdf: Any, result: Result) -> str:
        page, cited = _printed_captions(pdf, kind)[number], result["citations"]
        right = (
            bool(cited) and re.match(rf"{kind} {number}\b", cited[0]["quote"]) and {c["page"] for c in cited} == {page}
        )
        return _claims(result) if right else f"is not {kind} {number} on page {page}"

    return check


def _on(*pages: int, least: int = 2) -> Check:
    """Check that all quotes are on these pages, each page has one, and the text layer has all their words."""

    def check(pdf: Any, result: Result) -> str:
        cited = result["citations"]
        if {c["page"] for c in cited} != set(pages) or len(cited) < least:
            return f"pages {[c['page'] for c in cited]}"
        return _claims(result)

    return check


def _section(title: str, page: int, *others: str) -> Check:
    """Check that the quotes begin with the section's title and end before the next one's."""

    def check(_: Any, result: Result) -> str:
        quotes = [_plain(c["quote"]) for c in result["citations"]]
        if len(quotes) < 2 or _plain(title) not in quotes[0] or result["citations"][0]["page"] != page:
            return f"begins with {quotes[:1]}"
        return f"goes on to {others}" if any(_plain(o) in q for o in others for q in quotes) else _claims(result)

    return check


def _summary(pdf: Any, result: Result) -> str:
    """Check for three quotes or more, spread over the document; none from contents, running headers or sources."""
    cited = result["citations"]
    if result["verdict"] != "proven" or len(cited) < min(3, pdf.page_count):
        return f"{len(cited)} quotes, {result['verdict']}"
    if len({c["page"] for c in cited}) < min(3, pdf.page_count):
        return "from fewer than three pages"
    running, sources = _running_lines(pdf), _pages_of_sources(pdf)
    for quote, page in ((c["quote"], c["page"]) for c in cited):
        if re.search(r"(?:\. ?){5}|…{2}", quote) or _plain(quote) in running or page in sources:
            return f"quotes {quote[:60]!r} of page {page}"
    parts = [_plain(part.split(" [")[0]) for part in result["answer"].split("\n\n")]
    return "" if all(part in {_plain(c["quote"]) for c in cited} for part in parts) else "is not all quoted"


def _running_lines(pdf: Any) -> set[str]:
    counts: dict[str, int] = {}
    for page in pdf:
        for line in {_plain(line) for line in page.get_text().splitlines()} - {""}:
            counts[line] = counts.get(line, 0) + 1
    return {line for line, count in counts.items() if count > 2 and count > pdf.page_count / 2}


def _pages_of_sources(pdf: Any) -> set[int]:
    """Return pages from the heading of a list of sources to the next one in the file's outline, or to the end."""
    starts = [
        page.number + 1
        for page in pdf
        if re.search(r"^(?:references|bibliography|further reading)\s*$", page.get_text(), re.IGNORECASE | re.MULTILINE)
    ]
    if not starts:
        return set()
    ends = [page for _, _, page in pdf.get_toc() if page > starts[-1]]
    return set(range(starts[-1] + 1, min(ends, default=pdf.page_count + 1)))


def _absent(*there: str) -> Check:
    def check(_: Any, result: Result) -> str:
        right = result["verdict"] == "refused" and result["answer"].startswith("There is no")
        return "" if right and all(one in result["answer"] for one in there) else "does not say that it is not there"

    return check


class Asked(NamedTuple):
    """A question on a document, and the check of its answer."""

    document: str
    question: str
    check: Check


QUESTIONS = [
    Asked(PAPER, "What is the title of this paper?", _holds("Incentivizing Reasoning Capability in LLMs")),
    Asked(PAPER, "title?", _holds("Incentivizing Reasoning Capability in LLMs")),
    Asked(PAPER, "Who wrote it?", _holds("DeepSeek-AI")),
    Asked(PAPER, "Who are the authors of the paper?", _holds("DeepSeek-AI")),
    Asked(PAPER, "How many pages does it have?", _pages),
    Asked(PAPER, "page count", _pages),
    Asked(PAPER, "Show me the outline.", _outline),
    Asked(PAPER, "What sections does the paper have?", _outline),
    Asked(PAPER, "table of contents please", _outline),
    Asked(PAPER, "How many tables are there in the paper?", _captions("Table")),
    Asked(PAPER, "List all tables with their captions.", _captions("Table")),
    Asked(PAPER, "Which figures does it contain?", _captions("Figure")),
    Asked(PAPER, "number of figures", _captions("Figure")),
    Asked(PAPER, "What is on page 5?", _on(5)),
    Asked(PAPER, "Tell me what page 13 says.", _on(13)),
    Asked(PAPER, "What does section 4.1 say?", _section("Distillation v.s.", 14, "Unsuccessful Attempts")),
    Asked(PAPER, "What is section 2.2.1 about?", _section("Reinforcement Learning Algorithm", 5, "Reward Modeling")),
    Asked(PAPER, "section 5", _section("Conclusion", 16)),
    Asked(PAPER, "What does Figure 2 show?", _caption("Figure", "2")),
    Asked(PAPER, "Describe Fig. 3", _caption("Figure", "3")),
    Asked(PAPER, "What is in Table 5?", _caption("Table", "5")),
    Asked(PAPER, "show table 2", _caption("Table", "2")),
    Asked(PAPER, "On which page is Table 4?", _holds("page 13")),
    Asked(PAPER, "On what page does section 3 start?", _holds("Experiment", "page 11")),
    Asked(PAPER, "Where are the references?", _holds("page 17")),
    Asked(PAPER, "Which table is on page 14?", _holds("Table 5", "has 1 table")),
    Asked(PAPER, "What are the subsections of section 2?", _holds("2.1. Overview", "2.3.4", "2.4", "page 5")),
    Asked(PAPER, "What is the paper about?", _summary),
    Asked(PAPER, "Give me a summary of this paper.", _summary),
    Asked(PAPER, "What is on page 30?", _absent("22")),
    Asked(PAPER, "What does Figure 9 show?", _absent("1, 2, 3")),
    Asked(EARNINGS, "How many pages is this document?", _pages),
    Asked(EARNINGS, "What is this document about?", _summary),
    Asked(EARNINGS, "Summarize the document in five sentences.", _summary),
    Asked(EARNINGS, "show page 2", _on(2)),
    Asked(EARNINGS, "What's the title?", _holds("Amcor 4Q 2023|Amcor reports fiscal 2023 results")),
    Asked(PLAN, "What is the document called?", _holds("Strategic Plan")),
    Asked(PLAN, "When was this plan revised?", _holds("May 2016")),
    Asked(PLAN, "Who produced this document?", _holds("Florida Department of Health")),
    Asked(PLAN, "Where is the Monitoring Summary?", _holds("page 12")),
    Asked(PLAN, "What is the plan about?", _summary),
    Asked(COURSE, "How many pages are in the file?", _pages),
    Asked(COURSE, "what is it about", _summary),
    Asked(COURT, "What does paragraph 67 say?", _on(8, least=1)),
    Asked(COURT, "What is on the last page?", _on(15)),
    Asked(COURT, "When was it dated?", _holds("February 8, 2021")),
    Asked(ANNUAL, "What is on page 28?", _on(16)),  # printed 28; the file has 20 pages
    Asked(ANNUAL, "What is on the first page?", _on(1)),
    Asked(ANNUAL, "Which sections does the report have?", _holds("EXPORTS", "DIVIDEND", "page 4")),
    Asked(SLIDES, "What is on slide 5?", _on(5, least=1)),
    Asked(SLIDES, "How many slides are there?", _pages),
    Asked(FORM, "How many pages has the form?", _pages),
    Asked("toc.pdf", "List the chapters.", _holds("7 Cooling", "page 9", "12 Disposal", "page 14")),
    Asked("toc.pdf", "Which chapter is on page 9?", _holds("7 Cooling")),
    Asked("toc.pdf", "What does chapter 7 say?", _section("Cooling", 9)),
    Asked("toc.pdf", "Where can I find the bibliography?", _holds("page 15")),
    Asked("toc.pdf", "Summarise the handbook.", _summary),
    Asked("page_labels.pdf", "What is on page 3?", _on(3, 7)),
    Asked("page_labels.pdf", "What is on page iv?", _on(4)),
    Asked("page_labels.pdf", "how many pages?", _pages),
    Asked("contract.pdf", "What does clause 5.2 say?", _on(2, least=1)),
    Asked("contract.pdf", "Show me section 3.", _section("Term", 1, "Service levels")),
    Asked("contract.pdf", "Which clauses are there?", _holds("1. Scope", "9. Notices")),
    Asked("contract.pdf", "What is this contract about?", _summary),
    Asked("contract.pdf", "What does section 12 say?", _absent("9")),
    Asked("cv.pdf", "Whose CV is this?", _holds("Ingrid Solheim")),
    Asked("header_id.pdf", "How many pages has the file?", _pages),
]  # fmt: skip


def run(home: str) -> list[tuple[Asked, str, Result]]:
    """Ask all questions, each of its document, and return those answered wrongly, with the reason and result."""
    os.environ["PAGEWITNESS_HOME"] = home
    from graph.app import app

    paths = {name: SHARED / path for name, path in FILES.items()} | _drawn(Path(home, "drawn"))
    context: Any = {"engine": "offline"}
    app.invoke({"sources": [str(path) for path in paths.values()]}, context=context)
    opened = cache(lambda name: pymupdf.open(str(paths[name])))
    wrong = []
    for asked in QUESTIONS:
        result = dict(app.invoke({"question": asked.question, "documents": [asked.document]}, context=context))
        if problem := asked.check(opened(asked.document), result):
            wrong.append((asked, problem, result))
    return wrong


def _drawn(folder: Path) -> dict[str, Path]:
    """Draw the small documents by the scripts of the cases, and return their paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    here, known = Path.cwd(), list(sys.path)
    sys.path.insert(0, str(SHARED / "cases"))
    os.chdir(folder)
    try:
        for name in DRAWN if not any(folder.iterdir()) else ():  # drawn again, their bytes differ
            runpy.run_path(str(SHARED / "cases" / f"{name}.py"))
    finally:
        os.chdir(here)
        sys.path[:] = known
    return {f"{name}.pdf": folder / f"{name}.pdf" for name in DRAWN}


if __name__ == "__main__":
    failures = run(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    for failed, why, told in failures:
        print(f"{failed.document[:16]}: {failed.question}: {why}: {told['answer'][:200]!r}")
    print(f"right: {len(QUESTIONS) - len(failures)} of {len(QUESTIONS)}")
