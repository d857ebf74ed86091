"""Unit tests of the words by which questions about a document are told from others before they are compared whole."""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Sequence
from typing import Any

import pytest

from graph.query import document_questions
from graph.query.state import Aspect

_TIMES = 300  # questions of an aspect


def made(parts: Sequence[tuple[Any, Any]], chance: random.Random) -> str:
    """Return a text that a parsed pattern fits, but for what it looks ahead or back for."""
    text = ""
    for operator, value in parts:
        match str(operator):
            case "LITERAL":
                text += chr(value)
            case "BRANCH":
                text += made(chance.choice(value[1]), chance)
            case "SUBPATTERN":
                text += made(value[3], chance)
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, inner = value
                text += "".join(made(inner, chance) for _ in range(chance.randint(least, min(int(most), least + 2))))
            case "IN":
                text += one_of(value, chance)
            case "ANY":
                text += "x"
    return text


def one_of(choices: Sequence[tuple[Any, Any]], chance: random.Random) -> str:
    """Return a character of a class."""
    operator, value = chance.choice(choices)
    match str(operator):
        case "LITERAL":
            return chr(value)
        case "RANGE":
            return chr(chance.randint(*value))
    return {"CATEGORY_WORD": "a", "CATEGORY_DIGIT": "5"}.get(str(value), " ")


@pytest.mark.parametrize("aspect", [aspect for aspect, _ in document_questions._PATTERNS])
def test_each_question_that_a_pattern_fits_has_a_word_of_its_aspect(aspect: Aspect) -> None:
    pattern, hint = document_questions._pattern(aspect), dict(document_questions._HINTS)[aspect]
    tree, chance = importlib.import_module("re._parser").parse(pattern.pattern, re.IGNORECASE), random.Random(3)
    fitting = [text for _ in range(_TIMES) if pattern.match(text := made(tree, chance))]
    assert len(fitting) > _TIMES / 3  # the others fail what the pattern looks ahead for
    assert [text for text in fitting if not hint.search(text.lower())] == []
    assert [text for text in fitting if document_questions.aspect_of(text) == ""] == []


def test_the_aspects_are_tried_in_the_order_of_their_patterns() -> None:
    assert [aspect for aspect, _ in document_questions._HINTS] == [aspect for aspect, _ in document_questions._PATTERNS]
