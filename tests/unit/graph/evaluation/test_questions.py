"""Question files: what is read, and one clear sentence for each way in which a line can be wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graph.errors import BadInputError
from graph.evaluation.questions import fingerprint, read_questions, spread
from tests.conftest import DATA, ROOT

GOOD = {"id": "q1", "question": "Why?", "answers": ["because"], "pages": [2], "answerable": True}


def written(folder: Path, *rows: Any) -> Path:
    path = folder / "set.jsonl"
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def test_a_row_with_its_defaults(tmp_path: Path) -> None:
    (question,) = read_questions(written(tmp_path, "\ufeff", GOOD | {"more": 1, "doc": None, "answers": ["a", 1911]}))
    assert question.model_dump() == {
        "id": "q1", "question": "Why?", "answers": ("a", "1911"), "answerable": True, "match": "any", "pages": (2,),
        "pages_mode": "any", "kind": "question", "evidence": (), "doc": None, "documents": (), "rubric": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{not json", "it is not a JSON object"),
        ('{"id": "q2", "question": "Wh', "it is not a JSON object"),
        ("[1, 2]", "should be an object"),
        ({k: v for k, v in GOOD.items() if k != "question"}, "`question` is missing"),
        ({k: v for k, v in GOOD.items() if k != "id"}, "`id` is missing"),
        ({k: v for k, v in GOOD.items() if k != "answers"}, "`answers` is missing"),
        ({k: v for k, v in GOOD.items() if k != "answerable"}, "`answerable` is missing"),
        (GOOD | {"id": "q2", "match": "some"}, "`match`: input should be 'any', 'all' or 'judge'"),
        (GOOD | {"id": "q2", "pages_mode": "one"}, "`pages_mode`: input should be"),
        (GOOD | {"id": "q2", "pages": [0]}, "`pages.0`: input should be greater than or equal to 1"),
        (GOOD | {"id": "q2", "pages": "2"}, "`pages`: "),
        (GOOD | {"id": "q2", "answers": "because"}, "`answers`: "),
        (GOOD | {"id": "q2", "answers": []}, "`answerable` is true and `answers` is empty"),
        (GOOD | {"id": "q2", "answerable": False}, "`answerable` is false and `answers` is not empty"),
        (GOOD | {"id": "q2", "answers": ["—|a"]}, "without letters and digits"),
        (GOOD | {"id": "q2", "question": "  "}, "`question` is blank"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(line: Any, what: str, tmp_path: Path) -> None:
    path = written(tmp_path, GOOD, "", line)
    with pytest.raises(BadInputError) as told:
        read_questions(path)
    assert f"Line 3 of {str(path)!r} is not a valid question: " in str(told.value)
    assert what in str(told.value)
    assert "\n" not in str(told.value)


def test_an_id_that_comes_twice_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"Line 3 of .* has the id 'q1', as line 1 has: give each"):
        read_questions(written(tmp_path, GOOD, "", GOOD | {"question": "How?"}))


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_a_question(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "set.jsonl").write_bytes(content)
    with pytest.raises(BadInputError, match="holds no question: write one JSON object a line"):
        read_questions(tmp_path / "set.jsonl")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes("{'é'}".encode("latin-1"))
    for name, what in (("latin.jsonl", "is not UTF-8"), ("none.jsonl", "no such file"), (".", "is a directory")):
        with pytest.raises(BadInputError, match=what):
            read_questions(tmp_path / name)


def test_a_limit_takes_from_the_whole_file(tmp_path: Path) -> None:
    questions = read_questions(written(tmp_path, *(GOOD | {"id": str(number)} for number in range(10))))
    assert [one.id for one in spread(questions, 4)] == ["0", "2", "5", "7"]
    assert spread(questions, None) == spread(questions, 99) == questions


def test_different_questions_have_different_fingerprints(tmp_path: Path) -> None:
    one, same, other = read_questions(
        written(tmp_path, GOOD, GOOD | {"id": "q2"}, GOOD | {"id": "q3", "answers": ["so"]})
    )
    assert len({fingerprint(one), fingerprint(same), fingerprint(other)}) == 3
    assert fingerprint(one) == fingerprint(one.model_copy())


def test_the_sets_of_this_project_are_read() -> None:
    assert len(read_questions(ROOT / "examples" / "questions.jsonl")) == 16


@pytest.mark.data
@pytest.mark.parametrize(("name", "count"), [("deepseek-r1", 23), ("docqa", 27), ("squad2", 1000)])
def test_the_development_sets_are_read(name: str, count: int) -> None:
    assert len(read_questions(DATA / name / "questions.jsonl")) == count
