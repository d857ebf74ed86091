"""Question sets: JSON lines, each a question with its known answer, or one that must be refused."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from graph.errors import BadInputError
from graph.evaluation.matching import fold

Page = Annotated[int, Field(ge=1)]


class Question(BaseModel):
    """A row of a question set; unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str = Field(min_length=1)
    """Unique in the file."""
    question: str = Field(min_length=1)
    """The question to ask."""
    answers: tuple[str, ...]
    """The expected texts; inside one, `a|b` are alternatives."""
    answerable: bool
    """Whether the documents answer it; if not, a refusal is right."""
    match: Literal["any", "all", "judge"] = "any"
    """Whether one of the `answers` is enough, all are wanted, or a judge model decides."""
    pages: tuple[Page, ...] = ()
    """The pages that hold the answer."""
    pages_mode: Literal["any", "all"] = "any"
    """Whether one of the `pages` is enough, or all are wanted."""
    kind: str = "question"
    """The group in which reports count it."""
    evidence: tuple[str, ...] = ()
    """Words on the page that prove the answer."""
    doc: str | None = None
    """The document that `pages` belong to, by name or id."""
    documents: tuple[str, ...] = ()
    """The only documents to search; all when empty."""
    rubric: str = ""
    """Advice for the judge."""

    @model_validator(mode="after")
    def _consistent(self) -> Question:
        if not self.question.strip():
            raise ValueError("`question` is blank")
        if self.answerable and not self.answers:
            raise ValueError("`answerable` is true and `answers` is empty")
        if not self.answerable and self.answers:
            raise ValueError("`answerable` is false and `answers` is not empty")
        if blank := [text for text in self.answers for part in text.split("|") if not fold(part).text]:
            raise ValueError(f"the answer {blank[0]!r} has a part without letters and digits")
        return self


def read_questions(path: Path) -> list[Question]:
    """Read all questions of a file, in order; blank lines are skipped.

    Raises:
        BadInputError: the file cannot be read, holds no question, or a line is invalid; the message names the line.
    """
    found: dict[str, int] = {}
    questions = []
    for number, line in enumerate(_lines(path), 1):
        if not line.strip():
            continue
        try:
            question = Question.model_validate_json(line)
        except ValidationError as error:
            raise BadInputError(f"Line {number} of {str(path)!r} is not a valid question: {_first(error)}.") from error
        if question.id in found:
            raise BadInputError(
                f"Line {number} of {str(path)!r} has the id {question.id!r}, as line {found[question.id]} has: "
                "give each question an id of its own."
            )
        found[question.id] = number
        questions.append(question)
    if not questions:
        raise BadInputError(f"{str(path)!r} holds no question: write one JSON object a line, see docs/quality.md.")
    return questions


def spread(questions: Sequence[Question], limit: int | None) -> list[Question]:
    """Return at most `limit` questions, taken evenly from the whole file, which is often sorted by kind."""
    if limit is None or limit >= len(questions):
        return list(questions)
    return [questions[index * len(questions) // limit] for index in range(limit)]


def fingerprint(question: Question) -> str:
    """Return eight hex digits of a hash of everything in a question."""
    return hashlib.sha256(question.model_dump_json().encode()).hexdigest()[:8]


def _lines(path: Path) -> list[str]:
    try:
        # splitlines() would also split at U+2028, which JSON strings may contain.
        return path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise BadInputError(f"{str(path)!r} is not UTF-8 text: save it as JSON lines in UTF-8.") from error
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise BadInputError(f"The question file {str(path)!r} cannot be read ({reason}): check its name.") from error


def _first(error: ValidationError) -> str:
    """Return the first error in a few words: the field and why."""
    details = error.errors(include_url=False)[0]
    if details["type"] == "json_invalid":
        return "it is not a JSON object"
    field = ".".join(str(part) for part in details["loc"])
    if details["type"] == "missing":
        return f"`{field}` is missing"
    text = details["msg"].removeprefix("Value error, ").rstrip(".")
    return f"`{field}`: {text[:1].lower()}{text[1:]}" if field else text[:1].lower() + text[1:]
