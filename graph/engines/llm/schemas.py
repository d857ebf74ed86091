"""Schemas of structured replies: what a chat model fills in, with labels that are enums of what it was offered.

Only the schema that a model is shown holds the enums and bounds. A reply is read leniently: malformed items are
dropped, and an unknown label makes a claim that fails its check instead of a reply that is lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from pydantic.json_schema import SkipJsonSchema

from graph.types import Tool

S = TypeVar("S", bound=BaseModel)

MAX_CLAIMS = 24
"""Claims of an answer: more than a page of them is no answer that a person reads."""


def _drop_invalid(schema: type[BaseModel]) -> BeforeValidator:
    """Return a validator of lists that drops malformed items and keeps the others."""

    def valid_items(items: Any) -> list[BaseModel]:
        valid = []
        for item in items if isinstance(items, list) else []:
            try:
                valid.append(schema.model_validate(item))
            except ValidationError:
                continue
        return valid

    return BeforeValidator(valid_items)


class _Item(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class PassageGrade(_Item):
    """The grade of one passage."""

    # Fields are written in this order, and a model judges better after it has said why.
    id: str = Field(description="The passage's id, such as P1.")
    reason: str = Field("", description="Why, in at most fifteen words.")
    score: float = Field(ge=0, le=10, description="0 (about something else) to 10 (states the answer).")


class PassageScore(PassageGrade):
    """The grade of one passage, without a reason."""

    reason: SkipJsonSchema[str] = ""


class Grading(BaseModel):
    """A grade for every passage."""

    grades: Annotated[list[PassageGrade], _drop_invalid(PassageGrade)]


class Rewriting(BaseModel):
    """Another search query."""

    query: str = Field(description="The query, or an empty string if there is no other sensible one.")


class Step(_Item):
    """One step of a plan."""

    question: str = Field(description="The part of the question that the step is to answer.")
    tool: Tool = Field(description="What to do.")
    document: str = Field("", description="The id of the document, such as D1; empty for all.")
    query: str = Field("", description="The words to search, or the question to the tables; empty for a page.")
    page: int = Field(0, description="The number of the page to open; 0 for the other tools.")


class Planning(BaseModel):
    """The next steps; none where the passages hold the answer, or no step could find it."""

    steps: Annotated[list[Step], _drop_invalid(Step)]


class QuotedClaim(_Item):
    """One statement of the answer, and the quote that proves it."""

    passage: str = Field(description="The id of the passage or page image that proves the claim, such as P1 or I1.")
    quote: str = Field(description="One continuous piece of that passage or image, copied character for character.")
    text: str = Field(description="The claim.")


class Answer(BaseModel):
    """An answer as claims; none where the passages do not hold it."""

    claims: Annotated[list[QuotedClaim], _drop_invalid(QuotedClaim)]
    answerable: bool = Field(description="Whether the claims answer the question or a part of it.")


class RepairedClaim(QuotedClaim):
    """A claim in place of one that was not proven."""

    number: int = Field(description="The number of the claim that it replaces.")


class Repair(BaseModel):
    """What replaces the claims that were not proven; those that are left out are given up."""

    repairs: Annotated[list[RepairedClaim], _drop_invalid(RepairedClaim)]


class Ruling(_Item):
    """Whether the quote of one statement says it."""

    id: str = Field(description="The statement's id, such as S1.")
    reason: str = Field("", description="Why, in at most twenty words.")
    answer: Literal["yes", "in part", "no"] = Field(description="Whether the quote alone says the statement.")


class Rulings(BaseModel):
    """An answer for every statement."""

    rulings: Annotated[list[Ruling], _drop_invalid(Ruling)]


def grading(passages: int, *, short: bool = False) -> type[Grading]:
    """Return the schema of grades for passages P1, P2, ...; short ones without reasons."""
    item = PassageScore if short else PassageGrade
    return _of_offered(Grading, "grades", item, "id", _labels("P", passages), passages)


def planning(documents: int, steps: int) -> type[Planning]:
    """Return the schema of a plan of so many steps over documents D1, D2, ..."""
    return _of_offered(Planning, "steps", Step, "document", ("", *_labels("D", documents)), steps)


def answer(passages: int, images: int, most: int = MAX_CLAIMS) -> type[Answer]:
    """Return the schema of an answer of at most so many claims from passages P1, P2, ... and page images I1, I2, ..."""
    labels = (*_labels("P", passages), *_labels("I", images))
    return _of_offered(Answer, "claims", QuotedClaim, "passage", labels, most)


def repair(passages: int, images: int, claims: int) -> type[Repair]:
    """Return the schema of what replaces claims 1, 2, ..., from passages and page images."""
    labels = (*_labels("P", passages), *_labels("I", images))
    return _of_offered(Repair, "repairs", RepairedClaim, "passage", labels, claims, number=claims)


def rulings(statements: int) -> type[Rulings]:
    """Return the schema of a check of statements S1, S2, ..."""
    return _of_offered(Rulings, "rulings", Ruling, "id", _labels("S", statements), statements)


def _labels(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(1, count + 1))


@lru_cache(maxsize=256)
def _of_offered(
    schema: type[S],
    items: str,
    item: type[BaseModel],
    label: str,
    labels: Sequence[str],
    most: int,
    number: int = 0,
) -> type[S]:
    """Return `schema` with the labels of its items as an enum and their number bounded, in what a model is shown."""
    narrowed: dict[str, Any] = {label: (str, _with(item, label, enum=list(labels)))}
    if number:
        narrowed["number"] = (int, _with(item, "number", minimum=1, maximum=number))
    create: Any = create_model
    of_item: Any = create(item.__name__, __base__=item, __doc__=item.__doc__, **narrowed)
    items_of: Any = list
    listed: Any = Annotated[items_of[of_item], _drop_invalid(of_item), Field(json_schema_extra={"maxItems": most})]
    made: type[S] = create(schema.__name__, __base__=schema, __doc__=schema.__doc__, **{items: (listed, ...)})
    return made


def _with(item: type[BaseModel], name: str, **shown: Any) -> Any:
    """Return a field of a schema as it is, with more in what a model is shown."""
    return Field(description=item.model_fields[name].description, json_schema_extra=shown)
