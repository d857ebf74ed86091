"""Structured replies in plain text: found among fences, thoughts and sentences, and never completed by guessing."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from graph.engines.llm.plain_json import asks_for, parse, refuses_schemas


class Pair(BaseModel):
    name: str
    count: int = 0


WHOLE = json.dumps({"name": "tide", "count": 3})


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        f"Sure, here it is:\n```json\n{WHOLE}\n```\nLet me know!",
        f"```\n{WHOLE}\n```",
        f'<think>{{maybe}} a name, or {{"name": "wave"}}</think>\n{WHOLE}',
        f"The reply is {WHOLE}. I hope that helps.",
        '{"name": "tide", "count": 3,}',
        f'```json\n{{"names": []}}\n```\nOr rather:\n```json\n{WHOLE}\n```',
    ],
)
def test_the_object_is_found_in_what_surrounds_it(text: str) -> None:
    assert parse(text, Pair) == Pair(name="tide", count=3)


@pytest.mark.parametrize("text", ["", "The tide.", '{"name": "ti', '{"name": "tide", "count": "many"}', "[1, 2]", "}{"])
def test_what_is_no_whole_object_is_no_reply(text: str) -> None:
    assert parse(text, Pair) is None


def test_a_line_break_in_a_string_is_kept() -> None:
    assert parse('{"name": "low\ntide"}', Pair) == Pair(name="low\ntide")


def test_the_prompt_holds_the_schema() -> None:
    assert json.loads(asks_for(Pair).partition("JSON schema:\n")[2])["required"] == ["name"]


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ("This server does not support response_format of type json_schema.", True),
        ("failed to parse grammar", True),
        ("The image is larger than 20 MB.", False),
        ("maximum context length is 4096 tokens", False),
    ],
)
def test_a_refusal_that_names_the_schema_is_told_from_others(detail: str, expected: bool) -> None:
    assert refuses_schemas(detail) is expected
