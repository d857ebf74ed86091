"""Partial replies: the claims in JSON that is not complete yet."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest

from graph.engines.llm.structured import parse_partial_claims, text_of_claims

CLAIMS = [
    {"passage": "P1", "quote": 'He said "no"', "text": 'It was "no".'},
    {"passage": "P2", "quote": "zwölf", "text": "Twelve\nlines."},
]
WHOLE = json.dumps({"answerable": True, "claims": CLAIMS})


def test_a_draft_only_grows_while_its_reply_arrives() -> None:
    drafts = [text_of_claims(parse_partial_claims(WHOLE[:end])) for end in range(len(WHOLE) + 1)]
    assert drafts[0] == ""
    assert drafts[-1] == 'It was "no".\n\nTwelve\nlines.'
    assert len(set(drafts)) > 15
    assert all(later.startswith(earlier.rstrip("\\\n")) for earlier, later in pairwise(drafts))


@pytest.mark.parametrize(
    "text",
    ["", "I think", "[]", "null", '{"claims": null}', '{"claims": "x"}', '{"claims": [1, null, {}]}', "{]", '"claims"',
     '{"answerable": false, "claims": [{"text": "It may be."}]}', '{"claims": [{"text": 7}]}', "\ud800"],
)  # fmt: skip
def test_a_reply_without_claims_gives_no_draft(text: str) -> None:
    assert text_of_claims(parse_partial_claims(text)) == ""
