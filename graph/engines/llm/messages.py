"""What is said to a chat model, and what it says back: fenced passages, the shapes of replies, how a reply ended."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from graph.sanitize import neutralize_tags
from graph.types import Claim, Objection, PageRef, PageView, RetrievedChunk, Usage
from loaders.types import FailureReason

T = TypeVar("T")
_REASON = 200  # characters of a grader's reason; it was asked for fifteen words
_WELL = frozenset({"STOP", "END_TURN", "STOP_SEQUENCE", "COMPLETE", "EOS", "FINISH_REASON_UNSPECIFIED"})
_BADLY: dict[str, FailureReason] = {
    "RECITATION": "recitation",
    "MAX_TOKENS": "max_tokens",
    "LENGTH": "max_tokens",
    "SAFETY": "blocked",
    "PROHIBITED_CONTENT": "blocked",
    "BLOCKLIST": "blocked",
    "SPII": "blocked",
    "IMAGE_SAFETY": "blocked",
    "CONTENT_FILTER": "blocked",
    "REFUSAL": "blocked",
}


def _each_valid(schema: type[BaseModel]) -> BeforeValidator:
    """Drops the malformed items of a list, so that one of them does not spoil the rest."""

    def keep(items: Any) -> list[BaseModel]:
        kept = []
        for item in items if isinstance(items, list) else []:
            try:
                kept.append(schema.model_validate(item))
            except ValidationError:
                continue
        return kept

    return BeforeValidator(keep)


class _Item(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)


class PassageGrade(_Item):
    """The grade of one passage."""

    # Fields are written in this order, and a model judges better after it has said why.
    id: str = Field(description="The passage's id, such as P1.")
    reason: str = Field("", description="Why, in at most fifteen words.")
    score: float = Field(ge=0, le=10, description="0 (about something else) to 10 (states the answer).")


class Grading(BaseModel):
    """A grade for every passage."""

    grades: Annotated[list[PassageGrade], _each_valid(PassageGrade)]


class Rewriting(BaseModel):
    """Another search query."""

    query: str = Field(description="The query, or an empty string if there is no other sensible one.")


class ProvenClaim(_Item):
    """One statement of the answer, and its proof."""

    passage: str = Field(description="The id of the passage or page image that proves the claim, such as P1 or I1.")
    quote: str = Field(description="One continuous piece of that passage or image, copied character for character.")
    text: str = Field(description="The claim.")


class Answer(BaseModel):
    """An answer as claims; none where the passages do not hold it."""

    answerable: bool = Field(description="Whether the passages hold the answer or a part of it.")
    claims: Annotated[list[ProvenClaim], _each_valid(ProvenClaim)]


class RepairedClaim(ProvenClaim):
    """A claim in place of one that was not proven."""

    number: int = Field(description="The number of the claim that it replaces.")


class Repair(BaseModel):
    """What replaces the claims that were not proven; those that are left out are given up."""

    repairs: Annotated[list[RepairedClaim], _each_valid(RepairedClaim)]


def fenced(passages: Sequence[RetrievedChunk], *, judged: bool = False) -> str:
    """The passages for a prompt, under short labels (P1, P2, ...) that nothing can be guessed from.

    With `judged` each says what the grader found of it: what is missing in it guides another search.
    """
    return "\n\n".join(
        f'<passage id="P{number}" document="{_attribute(passage["name"])}" '
        f'page="{"-".join(map(str, passage.get("pages") or [passage["page"]]))}" '
        f'section="{_attribute(passage["heading"])}"{_judgement(passage) if judged else ""}>\n'
        f"{neutralize_tags(passage['text'])}\n</passage>"
        for number, passage in enumerate(passages, 1)
    )


def chunk_of(label: str, passages: Sequence[RetrievedChunk]) -> str:
    """The chunk that a label from a reply stands for (`P2`, `[p2]`, `2`), or "" for one that was not given."""
    found = _labelled(label, r"(?:passage\W*)?p?", passages)
    return found["chunk"] if found else ""


def claim_of(said: ProvenClaim, passages: Sequence[RetrievedChunk], views: Sequence[PageView]) -> Claim:
    """A claim with what its label stands for: a chunk, or the page of an image; neither where it was not given."""
    claim = Claim(text=said.text, chunk=chunk_of(said.passage, passages), quote=said.quote)
    if not claim["chunk"] and (view := _labelled(said.passage, r"(?:image\W*)?i", views)):
        claim["image"] = PageRef(document=view.document, page=view.page)
    return claim


def claims_begun(begun: Sequence[object], passages: Sequence[RetrievedChunk], views: Sequence[PageView]) -> list[Claim]:
    """The claims of a reply that is still coming, up to the first that is not valid."""
    claims = []
    for one in begun:
        try:
            claims.append(claim_of(ProvenClaim.model_validate(one), passages, views))
        except ValidationError:
            break
    return claims


def content_of(
    prompt: str, views: Sequence[PageView], passages: Sequence[RetrievedChunk]
) -> str | list[str | dict[str, Any]]:
    """A prompt with images, each under its label (I1, I2, ...) with the passages that stand on its page."""
    if not views:
        return prompt
    blocks: list[str | dict[str, Any]] = [{"type": "text", "text": prompt}]
    for number, view in enumerate(views, 1):
        on_it = [
            f"P{at}"
            for at, passage in enumerate(passages, 1)
            if passage["document"] == view.document and view.page in (passage.get("pages") or [passage["page"]])
        ]
        text = (
            f'Image I{number}: page {view.page} of "{_attribute(view.name)}", with {", ".join(on_it) or "no passage"}.'
        )
        blocks.append({"type": "text", "text": text})
        blocks.append({"type": "image", "base64": b64encode(view.png).decode("ascii"), "mime_type": "image/png"})
    return blocks


def objections_as_text(
    objections: Sequence[Objection], passages: Sequence[RetrievedChunk], views: Sequence[PageView]
) -> str:
    """The claims that were not proven, numbered from 1, each with what is wrong with it."""
    labels = {passage["chunk"]: f"P{number}" for number, passage in enumerate(passages, 1)}
    seen = {(view.document, view.page): f"I{number}" for number, view in enumerate(views, 1)}
    parts = []
    for number, objection in enumerate(objections, 1):
        claim = objection["claim"]
        image = claim.get("image")
        label = labels.get(claim["chunk"]) or (seen.get((image["document"], image["page"])) if image else None)
        parts.append(
            f'<claim number="{number}" passage="{label or "unknown"}">\ntext: {neutralize_tags(claim["text"])}\n'
            f"quote: {neutralize_tags(claim['quote'])}\nproblem: {neutralize_tags(objection['failure'])}\n</claim>"
        )
    return "\n\n".join(parts)


def _judgement(passage: RetrievedChunk) -> str:
    reason = _attribute(passage.get("reason", ""))[:_REASON]
    return f' judged="{reason}"' if reason else ""


def _labelled(label: str, prefix: str, given: Sequence[T]) -> T | None:
    found = re.fullmatch(rf"\W*{prefix}\W*(\d{{1,4}})\W*", label.strip(), re.IGNORECASE)
    number = int(found[1]) if found else 0
    return given[number - 1] if 1 <= number <= len(given) else None


def bare(query: str) -> str:
    """A query without case, spacing and punctuation, to tell whether two are the same."""
    return " ".join(re.findall(r"\w+", query.casefold()))


def stop_reason(reply: Any) -> FailureReason | None:
    """Why a reply is not whole, or None for one that ended well; a blocked prompt raises nothing by itself.

    Providers name it differently; a model that names none is believed.
    """
    metadata = getattr(reply, "response_metadata", None) or {}
    if (metadata.get("prompt_feedback") or {}).get("block_reason"):
        return "blocked"
    named = metadata.get("finish_reason") or metadata.get("stop_reason") or metadata.get("done_reason") or "STOP"
    reason = str(named).rpartition(".")[2].upper()
    return None if reason in _WELL else _BADLY.get(reason, "garbled")


def usage_of(reply: Any) -> Usage:
    """What one answered request cost; a structured reply has the counts in its raw part."""
    raw = reply.get("raw") if isinstance(reply, dict) else reply
    counted = getattr(raw, "usage_metadata", None) or {}
    return Usage(requests=1, input_tokens=counted.get("input_tokens", 0), output_tokens=counted.get("output_tokens", 0))


def _attribute(text: str) -> str:
    return re.sub(r'[\s"<>]+', " ", text).strip()
