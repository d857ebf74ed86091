"""Prompts and replies of the chat models: chunks, claims and statements as tagged text, why a reply stopped."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from graph.engines.llm.schemas import QuotedClaim, Step
from graph.sanitize import neutralize_tags
from graph.types import Claim, Objection, PageRef, PageView, PlannedStep, RetrievedChunk, Statement
from loaders.types import FailureReason

T = TypeVar("T")
_MAX_REASON = 200  # characters of a grader's reason, which should have fifteen words
_COMPLETE = frozenset({"STOP", "END_TURN", "STOP_SEQUENCE", "COMPLETE", "EOS", "FINISH_REASON_UNSPECIFIED"})
_INCOMPLETE: dict[str, FailureReason] = {
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


def format_chunks(chunks: Sequence[RetrievedChunk], *, with_reasons: bool = False) -> str:
    """Return chunks as `<passage>` elements for a prompt, labelled P1, P2, ...; the labels reveal nothing about them.

    With `with_reasons` each has the grader's reason as an attribute: what a chunk lacks guides another search.
    """
    return "\n\n".join(
        f'<passage id="P{number}" document="{_attribute(chunk["name"])}" '
        f'page="{"-".join(map(str, _pages_of(chunk)))}" '
        f'section="{_attribute(chunk["heading"])}"{_reason(chunk) if with_reasons else ""}>\n'
        f"{neutralize_tags(chunk['text'])}\n</passage>"
        for number, chunk in enumerate(chunks, 1)
    )


def chunk_id_for(label: str, chunks: Sequence[RetrievedChunk]) -> str:
    """Return the id of the chunk that a label of a reply names (`P2`, `[p2]`, `2`), or "" for an unknown label."""
    found = _item_for(label, r"(?:passage\W*)?p?", chunks)
    return found["chunk"] if found else ""


def to_claim(reply: QuotedClaim, chunks: Sequence[RetrievedChunk], page_images: Sequence[PageView]) -> Claim:
    """Return a reply's claim with the chunk or page image that its label names, or with neither."""
    claim = Claim(text=reply.text, chunk=chunk_id_for(reply.passage, chunks), quote=reply.quote)
    if not claim["chunk"] and (image := _item_for(reply.passage, r"(?:image\W*)?i", page_images)):
        claim["image"] = PageRef(document=image.document, page=image.page)
    return claim


def to_claims(
    replies: Sequence[object], chunks: Sequence[RetrievedChunk], page_images: Sequence[PageView]
) -> list[Claim]:
    """Return the claims of a reply that is still streaming, up to the first that is not valid."""
    claims = []
    for reply in replies:
        try:
            claims.append(to_claim(QuotedClaim.model_validate(reply), chunks, page_images))
        except ValidationError:
            break
    return claims


def with_images(
    prompt: str, page_images: Sequence[PageView], chunks: Sequence[RetrievedChunk]
) -> str | list[str | dict[str, Any]]:
    """Return a prompt followed by page images, each under its label (I1, I2, ...) with the chunks of its page."""
    if not page_images:
        return prompt
    blocks: list[str | dict[str, Any]] = [{"type": "text", "text": prompt}]
    for number, image in enumerate(page_images, 1):
        labels = [
            f"P{at}"
            for at, chunk in enumerate(chunks, 1)
            if chunk["document"] == image.document and image.page in _pages_of(chunk)
        ]
        name, listed = _attribute(image.name), ", ".join(labels) or "no passage"
        blocks.append({"type": "text", "text": f'Image I{number}: page {image.page} of "{name}", with {listed}.'})
        blocks.append({"type": "image", "base64": b64encode(image.png).decode("ascii"), "mime_type": "image/png"})
    return blocks


def format_objections(
    objections: Sequence[Objection], chunks: Sequence[RetrievedChunk], page_images: Sequence[PageView]
) -> str:
    """Return the rejected claims as `<claim>` elements, numbered from 1, each with its problem."""
    chunk_labels = {chunk["chunk"]: f"P{number}" for number, chunk in enumerate(chunks, 1)}
    image_labels = {(image.document, image.page): f"I{number}" for number, image in enumerate(page_images, 1)}
    parts = []
    for number, objection in enumerate(objections, 1):
        claim = objection["claim"]
        image = claim.get("image")
        image_label = image_labels.get((image["document"], image["page"])) if image else None
        label = chunk_labels.get(claim["chunk"]) or image_label or "unknown"
        parts.append(
            f'<claim number="{number}" passage="{label}">\ntext: {neutralize_tags(claim["text"])}\n'
            f"quote: {neutralize_tags(claim['quote'])}\nproblem: {neutralize_tags(objection['failure'])}\n</claim>"
        )
    return "\n\n".join(parts)


def format_statements(statements: Sequence[Statement]) -> str:
    """Return statements as `<statement>` elements, labelled S1, S2, ..., each with its quote and context."""
    return "\n\n".join(
        f'<statement id="S{number}">\nstatement: {neutralize_tags(one.text)}\nquote: {neutralize_tags(one.quote)}\n'
        f"context: {neutralize_tags(one.context)}\n</statement>"
        for number, one in enumerate(statements, 1)
    )


def format_documents(lines: Sequence[str]) -> str:
    """Return documents as lines for a prompt, labelled D1, D2, ..."""
    return "\n".join(f"D{number}: {_attribute(line)}" for number, line in enumerate(lines, 1))


def to_step(reply: Step, documents: Sequence[str]) -> PlannedStep:
    """Return a step of a reply with the id of the document that its label names; an unknown label means all."""
    return PlannedStep(
        question=" ".join(reply.question.split()), tool=reply.tool, query=" ".join(reply.query.split()),
        document=_item_for(reply.document, r"(?:document\W*)?d?", documents) or "", page=reply.page,
    )  # fmt: skip


def statement_at(label: str, count: int) -> int | None:
    """Return the place, from 0, of the statement that a label of a reply names (`S2`, `2`); None for an unknown one."""
    return _item_for(label, r"(?:statement\W*)?s?", range(count))


def _pages_of(chunk: RetrievedChunk) -> list[int]:
    return chunk.get("pages") or [chunk["page"]]


def _reason(chunk: RetrievedChunk) -> str:
    reason = _attribute(chunk.get("reason", ""))[:_MAX_REASON]
    return f' judged="{reason}"' if reason else ""


def _item_for(label: str, prefix: str, items: Sequence[T]) -> T | None:
    found = re.fullmatch(rf"\W*{prefix}\W*(\d{{1,4}})\W*", label.strip(), re.IGNORECASE)
    number = int(found[1]) if found else 0
    return items[number - 1] if 1 <= number <= len(items) else None


def normalize_query(query: str) -> str:
    """Return a query without case, spacing and punctuation, to compare it with others."""
    return " ".join(re.findall(r"\w+", query.casefold()))


def stop_reason(reply: Any) -> FailureReason | None:
    """Return why a reply is incomplete, or None for a complete one; a blocked prompt raises no error by itself.

    Providers name the reason differently; a reply without one counts as complete.
    """
    metadata = getattr(reply, "response_metadata", None) or {}
    if (metadata.get("prompt_feedback") or {}).get("block_reason"):
        return "blocked"
    named = metadata.get("finish_reason") or metadata.get("stop_reason") or metadata.get("done_reason") or "STOP"
    reason = str(named).rpartition(".")[2].upper()
    return None if reason in _COMPLETE else _INCOMPLETE.get(reason, "garbled")


def _attribute(text: str) -> str:
    return re.sub(r'[\s"<>]+', " ", text).strip()
