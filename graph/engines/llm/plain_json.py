"""Structured replies of models that know no schemas: asked for in the prompt, found in whatever surrounds them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar, get_args

from langchain_core.utils.json import parse_partial_json
from pydantic import BaseModel, ValidationError

S = TypeVar("S", bound=BaseModel)

_FENCE = re.compile(r"```[\w+-]*\s*(.*?)(?:```|\Z)", re.DOTALL)
# What models think aloud before they reply is no part of the reply.
_THOUGHTS = re.compile(r"<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
_SCHEMA_WORDS = re.compile(
    r"response_format|json[_ ]?schema|structured|guided|grammar|\bformat\b|\btools?\b", re.IGNORECASE
)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# "- **Quote:** ..." and "2) quote: ..."
_LINE = re.compile(r"^[\s*#>•-]*(?:\d{1,2}[.)]\s+)?[*_`\"]*([A-Za-z]{2,12})[*_`\"]*\s*:[*_`]*\s*(.*?)[\s,]*$")
_OTHER_NAMES = {"claim": "text", "statement": "text", "sentence": "text", "source": "passage", "grade": "score"}
"""What small models call the parts of a reply instead."""


def instruction(schema: type[BaseModel], *, short: bool) -> str:
    """Return the end of a prompt that asks for a reply of this schema; `short` shows its form to a small model."""
    return example_instruction(schema) if short else schema_instruction(schema)


def schema_instruction(schema: type[BaseModel]) -> str:
    """Return the end of a prompt that asks for a reply of this schema."""
    shape = json.dumps(schema.model_json_schema(), ensure_ascii=False, separators=(",", ":"))
    return (
        "\n\nReply with one JSON object and nothing else: no introduction, no code fence. It must be valid against "
        f"this JSON schema:\n{shape}"
    )


def example_instruction(schema: type[BaseModel]) -> str:
    """Return the end of a prompt that shows a small model the form of a reply, in a fifth of the words of a schema."""
    shown = schema.model_json_schema()
    form = json.dumps(_example(shown, shown.get("$defs", {})), ensure_ascii=False)
    return f"\n\nReply with one JSON object of this form and nothing else:\n{form}"


def _example(shown: dict[str, Any], defined: dict[str, Any]) -> Any:
    """Return an example value of a JSON schema: the first allowed value, or a word that describes what is allowed."""
    if "$ref" in shown:
        return _example(defined[shown["$ref"].rpartition("/")[2]], defined)
    if shown.get("enum"):
        return shown["enum"][0]
    kind = shown.get("type")
    if kind == "object":
        return {name: _example(part, defined) for name, part in shown.get("properties", {}).items()}
    if kind == "array":
        return [_example(shown.get("items", {}), defined)]
    return {"number": 0, "integer": shown.get("minimum", 0), "boolean": True}.get(str(kind), "...")


def refuses_schemas(detail: str) -> bool:
    """Return whether the message of a refused request says that the service knows no schemas of replies."""
    return bool(_SCHEMA_WORDS.search(detail))


def parse(text: str, schema: type[S]) -> S | None:
    """Return the reply in a text as `schema`; None if it holds none.

    Code fences, thoughts and sentences around the object are dropped; an object without its end is not completed, since
    what is missing may be what matters. Where a reply is a list of items, the items alone will do: as a list, as one
    object, or as lines that name their parts.
    """
    text = _THOUGHTS.sub(" ", text)
    for candidate in (*(found[1] for found in _FENCE.finditer(text)), text):
        for found in _values(candidate):
            try:
                return schema.model_validate(_whole(found, schema))
            except ValidationError:
                continue
    return _of_lines(text, schema)


def _values(text: str) -> Iterator[Any]:
    """Yield the object, and the list, that a text holds; nothing for one that has no end."""
    starts = sorted((start, last) for first, last in ("{}", "[]") if (start := text.find(first)) >= 0)
    for start, last in starts:
        part = text[start : text.rfind(last) + 1]
        if _has_end(part) and (found := _loaded(part)) is not None:
            yield found


def _has_end(text: str) -> bool:
    """Return whether every bracket and string of a JSON text is closed."""
    outside = _STRING.sub("", text)
    return bool(outside) and all(outside.count(first) == outside.count(last) for first, last in ("{}", "[]"))


def _whole(found: Any, schema: type[BaseModel]) -> Any:
    """Return a found value as a whole reply: a list of items, or a single item, is put into its field."""
    listed = _listed(schema)
    if not listed:
        return found
    name, item = listed
    if isinstance(found, dict) and name not in found:
        found = (
            [found] if {key for key, field in item.model_fields.items() if field.is_required()} <= set(found) else found
        )
    if isinstance(found, list) and found and all(isinstance(one, dict) for one in found):
        found = {name: found}
    if isinstance(found, dict) and name in found and "answerable" in schema.model_fields:
        return {"answerable": bool(found[name]), **found}
    return found


def _listed(schema: type[BaseModel]) -> tuple[str, type[BaseModel]] | None:
    """Return the one field of a schema that is a list of items, and their schema; None if it is of another form."""
    for name, field in schema.model_fields.items():
        for one in get_args(field.annotation):
            if isinstance(one, type) and issubclass(one, BaseModel):
                return name, one
    return None


def _of_lines(text: str, schema: type[S]) -> S | None:
    """Return a reply of lines as "Quote: ..."; an item begins where a part comes again. None if no item is whole."""
    listed = _listed(schema)
    if not listed:
        return None
    name, item = listed
    items: list[dict[str, str]] = []
    for line in filter(None, map(_LINE.match, text.splitlines())):
        part = _OTHER_NAMES.get(line[1].lower(), line[1].lower())
        if part in item.model_fields:
            if not items or part in items[-1]:
                items.append({})
            items[-1][part] = line[2].strip("\"'“”*`")
    try:
        found = schema.model_validate(_whole({name: items}, schema)) if items else None
    except ValidationError:
        return None
    return found if getattr(found, name, None) else None


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
