"""Structured replies in plain text: found among fences, thoughts and sentences, and never completed by guessing."""

from __future__ import annotations

import json

import pytest
from pydantic import BaseModel

from graph.engines.llm.plain_json import example_instruction, parse, refuses_schemas, schema_instruction
from graph.engines.llm.schemas import answer, grading


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


ITEM = {"passage": "P1", "quote": "The tide rose.", "text": "It rose."}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"claims": [ITEM], "answerable": True}),
        json.dumps({"claims": [ITEM]}),
        f"These are the claims: {json.dumps([ITEM])}",
        f"```json\n{json.dumps(ITEM)}\n```",
        "Passage: P1\nQuote: The tide rose.\nText: It rose.",
        'I found this:\n\n1. **Passage:** P1\n   **Quote:** "The tide rose."\n   **Claim:** It rose.\n\nThat is all.',
    ],
)
def test_the_items_of_a_reply_will_do(text: str) -> None:
    assert parse(text, answer(2, 0)) == answer(2, 0).model_validate({"claims": [ITEM], "answerable": True})


def test_an_item_begins_where_a_part_comes_again() -> None:
    said = "Quote: The tide rose.\nClaim: It rose.\nPassage: P1\nQuote: It fell.\nClaim: It fell.\nPassage: P2"
    found = parse(said, answer(2, 0))
    assert found
    assert [(one.passage, one.quote) for one in found.claims] == [("P1", "The tide rose."), ("P2", "It fell.")]


@pytest.mark.parametrize("at", [20, 60, 78, 100, 140])
def test_a_reply_that_was_cut_off_is_not_taken_for_one_with_fewer_items(at: int) -> None:
    whole = json.dumps({"claims": [ITEM, {**ITEM, "quote": "See [2] and {3}."}], "answerable": True})
    assert parse(whole, answer(2, 0))
    assert parse(whole[:at], answer(2, 0)) is None


def test_prose_is_no_claim() -> None:
    assert parse("The passages do not say it. Note: ask again.", answer(2, 0)) is None
    assert parse("Quote: The tide rose.", answer(2, 0)) is None


@pytest.mark.parametrize(
    ("schema", "form"),
    [
        (answer(2, 0), {"claims": [{"passage": "P1", "quote": "...", "text": "..."}], "answerable": True}),
        (grading(2, short=True), {"grades": [{"id": "P1", "score": 0}]}),
        (Pair, {"name": "...", "count": 0}),
    ],
)
def test_a_small_model_is_shown_the_form_of_a_reply(schema: type[BaseModel], form: object) -> None:
    assert json.loads(example_instruction(schema).rpartition("\n")[2]) == form


def test_a_line_break_in_a_string_is_kept() -> None:
    assert parse('{"name": "low\ntide"}', Pair) == Pair(name="low\ntide")


def test_the_prompt_holds_the_schema() -> None:
    assert json.loads(schema_instruction(Pair).partition("JSON schema:\n")[2])["required"] == ["name"]


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
