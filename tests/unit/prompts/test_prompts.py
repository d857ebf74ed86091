"""The prompts that ship: their placeholders, their versions, and how they are filled and checked."""

import re
import shutil
from pathlib import Path

import pytest

import prompts
from graph.context import Context
from graph.types import RELEVANT_GRADE
from prompts import Prompt

PLACEHOLDERS = {
    "transcribe": set(),
    "contextualize": {"history", "question"},
    "grade": {"question", "passages"},
    "rewrite": {"question", "tried", "passages"},
    "answer": {"question", "passages"},
    "judge": {"question", "expected", "answer"},
    "check": {"statements"},
    "repair": {"question", "claims", "passages"},
    "read_again": {"problem"},
}


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_each_prompt_has_exactly_its_placeholders_and_no_other_brace(name: str) -> None:
    prompt = prompts.load(name)
    assert prompt.placeholders == PLACEHOLDERS[name]
    assert not re.search(r"[{}]", prompt.fill(**dict.fromkeys(PLACEHOLDERS[name], "")))


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_each_prompt_says_that_documents_give_no_orders(name: str) -> None:
    assert "instructions" in prompts.load(name).text


def test_the_reading_prompt_names_the_tags_that_the_parser_knows() -> None:
    from graph.engines.llm.page_replies import BLANK

    text = prompts.load("transcribe").text
    for tag in ('<page number="7">', "<chunk>", "</chunk>", "</page>", "<text-layer>", "<figure>", "<summary>", BLANK):
        assert tag in text


def test_the_scale_of_grades_has_no_gap_and_facts_that_an_answer_needs_begin_at_the_default_threshold() -> None:
    bands = re.findall(r"^- (\d+)-(\d+): (.*)$", prompts.load("grade").text, re.MULTILINE)
    grades = [grade for low, high, _ in reversed(bands) for grade in range(int(low), int(high) + 1)]
    assert grades == list(range(11))
    least = {text: int(low) for low, _, text in bands}
    assert least["it states a fact that the answer needs"] == RELEVANT_GRADE == Context().min_grade
    assert f"gets at most {RELEVANT_GRADE - 1}" in " ".join(prompts.load("grade").text.split())


def test_values_are_inserted_once_even_if_they_contain_braces() -> None:
    prompt = prompts.Prompt("p", "Q: {question} P: {passages}")
    assert prompt.fill(question="{passages}", passages='{"a": 1} \\1') == 'Q: {passages} P: {"a": 1} \\1'


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError):
        prompts.load("grade").fill(question="?")


def test_the_version_changes_with_the_text() -> None:
    one, other = prompts.Prompt("p", "a"), prompts.Prompt("p", "b")
    assert re.fullmatch(r"[0-9a-f]{8}", one.version)
    assert one.version != other.version
    assert one.version == prompts.Prompt("q", "a").version


def test_an_edited_prompt_must_keep_its_placeholders() -> None:
    assert prompts.validated("grade", "{question} {passages}!") == "{question} {passages}!"
    with pytest.raises(ValueError, match=r"\{passages\}, \{question\}"):
        prompts.validated("grade", "{question}")
    with pytest.raises(ValueError, match="none"):
        prompts.validated("transcribe", "Read {everything}.")


def test_an_unknown_prompt_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        prompts.load("no_such_prompt")


def test_an_edited_file_takes_effect_and_a_broken_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from graph.context import Context

    folder = shutil.copytree(Path(prompts.__file__).parent, tmp_path / "prompts")
    with monkeypatch.context() as patch:
        patch.setattr(prompts, "_folder", lambda: folder)
        prompts.refresh()
        grade, before = folder / "grade.md", Context().grade_prompt
        grade.write_text(f"{before}\n\nBe strict.", "utf-8")
        assert Context().grade_prompt == before, "prompts are not read from disk in the middle of a run"
        prompts.refresh()
        assert Context().grade_prompt.endswith("Be strict.")
        shown = Context.model_json_schema()["properties"]["grade_prompt"]["default"]
        assert shown.endswith("Be strict."), "the form of Studio shows it too"
        assert prompts.load("grade").version != Prompt("grade", before).version
        grade.write_text("Grade {passages}, {reader}.", "utf-8")
        prompts.refresh()
        with pytest.raises(ValueError, match=r"\{question\} is missing and \{reader\} is unknown"):
            Context()
    prompts.refresh()
    assert Context().grade_prompt == before
