"""Questions for what a document calls its limitations or conclusion, and for how something was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from graph.app import app
from graph.context import Context
from graph.query.graph import app as query
from graph.query.named_parts import part_asked
from tests.flows.test_structure import Line, heading, ingest, line, write

STEPS = (
    "We introduce Norvik cheese, which has a ripening process of its own.", "First, the milk is warmed to 31 degrees.",
    "Then rennet is added.", "After two hours the curd is cut with wires.",
    "Brie is cut with a ladle.",
)  # fmt: skip
JOINT = (
    "This report compared two ways of ripening.", "Norvik cheese lost less weight in the cellar.",
    "So far the cellar was tried in one winter only.", "Warm summers were not covered.",
    "In the future, we plan to try a cave.",
)  # fmt: skip


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def lines(y: float, texts: tuple[str, ...]) -> list[Line]:
        return [line(text, y + 22 * at) for at, text in enumerate(texts)]

    first = [(72, 60, "The ripening of Norvik cheese", 20, "hebo"), heading("1. Method", 110), *lines(140, STEPS)]
    second = [
        heading("2. Contributions", 90), *lines(120, ("We built a cellar for cheese.", "We weighed 40 wheels of it.")),
        heading("3. Conclusion, limitations and outlook", 220), *lines(250, JOINT),
    ]  # fmt: skip
    return write(tmp_path_factory.mktemp("report") / "norvik.pdf", cast(Any, first), cast(Any, second))


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("What was tried and did not work?", "failures"),
        ("Which approaches failed?", "failures"),
        ("What are the paper's limitations?", "limitations"),
        ("What is new about this approach?", "contributions"),
        ("What did they find?", "findings"),
        ("What is the main result?", "findings"),
        ("What was the result of the vote?", ""),
        ("What is new in the shop?", ""),
        ("Which tiles failed the test?", ""),
    ],
)
def test_a_part_is_asked_for_by_its_name_or_a_whole_question(question: str, name: str) -> None:
    assert part_asked(question) == name


def test_a_section_is_given_by_its_kind_and_a_making_by_its_steps(report: Path) -> None:
    ingest(report)
    told = {
        "What are the limitations?": JOINT[2:4],
        "What do they plan to do next?": JOINT[4:],
        "What will they work on next?": JOINT[4:],
        "What is the report's conclusion?": JOINT[:2],
        "what are the main contributions": ("We built a cellar for cheese.", "We weighed 40 wheels of it."),
        "How was Norvik cheese made?": STEPS[:4],
        "How is it made?": STEPS[:4],
    }
    for question, sentences in told.items():
        given: Any = {"question": question}
        result = query.invoke(given, context=Context(engine="offline"))
        quotes = tuple(one["quote"] for one in result["citations"])
        assert (question, result["verdict"], quotes) == (question, "proven", sentences)


def test_the_steps_of_one_thing_do_not_tell_of_another(report: Path) -> None:
    ingest(report)
    for question in ("How was Brie cheese made?", "How are the cheeses evaluated?"):
        given: Any = {"question": question}
        result = app.invoke(given, context=Context(engine="offline"))
        steps = result["verdict"] == "proven" and STEPS[1] in result["answer"]
        assert (question, steps) == (question, False)
