"""Questions that point at a part of a page: titles of numbered parts, web addresses, the meaning of a mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from graph.app import app

COURSE = """# Joinery for beginners

## Unit 1: Choosing timber

Oak is heavy and lasts long. Pine is soft. Names marked with * denote guest teachers.

1. Sharpen the plane before the lesson.
2. Sweep the bench.

## Unit 2: Cutting joints

The dovetail is cut with a fine saw. Arne Falk* shows how. The tools come from Kestrel Tools.

## Addresses

https://www.kestreltools.example/shop

https://oaks.example/prices
"""


ANSWERED = {
    "What is the title of Unit 2?": "Unit 2: Cutting joints",
    "What are the names of Unit 1 and Unit 2?": "Unit 1: Choosing timber",
    "What is Unit 1 called?": "Unit 1: Choosing timber",
    "What does the star after a name such as Arne Falk mean?": "guest teachers",
    "What is the web address of Kestrel Tools?": "kestreltools.example/shop",
}
NOT_ANSWERED = (
    "What is the title of Unit 3?",
    "What does the dagger after a name mean?",
    "What is the web address of Heron Tools?",
)


@pytest.mark.usefixtures("home")
def test_what_a_question_points_at_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "course.md").write_text(COURSE, encoding="utf-8")
    app.invoke({"sources": [str(tmp_path / "course.md")]})
    for question, says in ANSWERED.items():
        found = app.invoke({"question": question})
        assert (found["verdict"], says in found["answer"]) == ("proven", True), f"{question}: {found['answer']}"
        assert "Sharpen the plane" not in found["answer"]
    for question in NOT_ANSWERED:
        assert app.invoke({"question": question})["verdict"] in ("refused", "related"), question


@pytest.mark.usefixtures("home")
def test_a_code_is_missed_in_the_documents_that_are_asked(tmp_path: Path) -> None:
    """Another document of the library names it, and is not asked."""
    rows = "".join(f"<tr><td>LX-Duo-{watts}</td><td>{watts}</td></tr>" for watts in (20, 40, 60))
    table = f"<p>Table 1: Lamps</p><table><tr><th>Lamp</th><th>Watts</th></tr>{rows}</table>"
    (tmp_path / "lamps.html").write_text(f"<html><body>{table}</body></html>", "utf-8")
    (tmp_path / "order.txt").write_text("The order of May names the LX-Duo-30, which no shop delivers.", "utf-8")
    app.invoke({"sources": [str(tmp_path / "lamps.html"), str(tmp_path / "order.txt")]})
    asked = {"question": "How many watts has the LX-Duo-30?"}
    assert "no LX-Duo-30 in" in app.invoke({**asked, "documents": ["lamps.html"]})["answer"]
    assert "no LX-Duo-30 in" not in app.invoke(asked)["answer"]
