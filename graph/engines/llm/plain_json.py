"""Structured replies of models that know no schemas: asked for in the prompt, found in whatever surrounds them."""

from __future__ import annotations

import json
import re
from typing import Any, TypeVar

from langchain_core.utils.json import parse_partial_json
from pydantic import BaseModel, ValidationError

S = TypeVar("S", bound=BaseModel)

_FENCE = re.compile(r"```[\w+-]*\s*(.*?)(?:```|\Z)", re.DOTALL)
# What models think aloud before they reply is no part of the reply.
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_SCHEMA_WORDS = re.compile(
    r"response_format|json[_ ]?schema|structured|guided|grammar|\bformat\b|\btools?\b", re.IGNORECASE
)


def asks_for(schema: type[BaseModel]) -> str:
    """Return the end of a prompt that asks for a reply of this schema."""
    shape = json.dumps(schema.model_json_schema(), ensure_ascii=False, separators=(",", ":"))
    return (
        "\n\nReply with one JSON object and nothing else: no introduction, no code fence. It must be valid against "
        f"this JSON schema:\n{shape}"
    )


def refuses_schemas(detail: str) -> bool:
    """Return whether the message of a refused request says that the service knows no schemas of replies."""
    return bool(_SCHEMA_WORDS.search(detail))


def parse(text: str, schema: type[S]) -> S | None:
    """Return the reply in a text as `schema`; None if it holds none.

    Code fences, thoughts and sentences around the object are dropped; an object without its end is not completed, since
    what is missing may be what matters.
    """
    text = _THOUGHTS.sub(" ", text)
    for candidate in (*(found[1] for found in _FENCE.finditer(text)), text):
        if (start := candidate.find("{")) < 0 or (end := candidate.rfind("}")) < start:
            continue
        found = _loaded(candidate[start : end + 1])
        if isinstance(found, dict):
            try:
                return schema.model_validate(found)
            except ValidationError:
                continue
    return None


def _loaded(text: str) -> Any:
    """Return an object, also with line breaks in its strings or a comma too many; None if it is none."""
    try:
        return json.loads(text, strict=False)
    except ValueError:
        pass
    try:
        return parse_partial_json(re.sub(r",(\s*[}\]])", r"\1", text))
    except (ValueError, TypeError):
        return None
