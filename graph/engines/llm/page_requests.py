"""Parts of page requests besides the prompt: images in the smallest lossless form, and the bound on the reply.

Both depend on the model, which may be the fallback model of another provider.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loaders.types import PageImage

REPLY_FACTOR = 3
"""How many times the estimated length a reply may have: tables in HTML and described figures make it longer than the
text. A reply that runs in circles is stopped there instead of at 65,536 tokens."""

MIN_REPLY_TOKENS = 2_048
"""The least bound on a reply: a page of a few words may hold a figure that takes a paragraph to describe."""

SECOND_REPLY_FACTOR, MIN_SECOND_REPLY_TOKENS = 4, 16_384
"""The bound after a reply was cut: this multiple of the first bound, and at least these tokens (65,000 characters)."""

UNSEEN_PAGE_TOKENS = 1_500
"""The estimate for a page whose text is not known, or not all of it: a dense page of print."""

CHARACTERS_PER_TOKEN, MARKUP_FACTOR = 4, 1.3
"""For ASCII text, and the length of Markdown over that of the text. Any other character counts as a token."""

THOUGHT_TOKENS = {"minimal": 0, "low": 4_096}
"""The tokens added for thoughts, which count as output; other levels are unbounded, so that no bound is sent."""

WEBP_QUALITY, WEBP_METHOD = 20, 2
"""Effort of lossless WebP: 0.52 of the bytes of our PNG for 0.05 s of CPU a page, on 5 unlike pages at 200 dpi. Quality
75 takes 0.10 s for 0.36; it was most of the process's work on a page, which 16 requests in flight wait for."""
MIN_BYTES_FOR_WEBP = 64_000
"""A smaller PNG is sent as it is: of one of 33 kB WebP saves 3 kB, which take 3 ms at 10 Mbit/s, for 19 ms of CPU. Of
one of 87 kB it saves 21, of one of 267 kB 155."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How pages are requested: for the first time, after they were missing, or after a reply was not accepted."""

    objection: str = ""
    """What was wrong with the last reply to the page, for the model; "" if nothing was."""
    generous: bool = False
    """Whether the reply may be longer than the estimate allows, because an earlier one was cut or lacked the pages."""


def takes_webp(model: Any) -> bool:
    """Return whether the provider of a LangChain model documents WebP images; a model of another gets PNG."""
    return type(model).__module__.split(".")[0] in ("langchain_google_genai", "langchain_anthropic")


def webp(png: bytes) -> bytes | None:
    """Return a PNG as lossless WebP; None if that is not smaller, or if it cannot be decoded."""
    from PIL import Image

    buffer = io.BytesIO()
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            image.save(buffer, "WEBP", lossless=True, quality=WEBP_QUALITY, method=WEBP_METHOD)
    except (OSError, ValueError):  # also a side of more than 16,383 pixels
        return None
    encoded = buffer.getvalue()
    return encoded if len(encoded) < len(png) else None


def estimated_tokens(image: PageImage) -> int:
    """Return how many tokens the transcript of a page is likely to have."""
    ascii_only = sum(character.isascii() for character in image.text)
    tokens = MARKUP_FACTOR * (ascii_only / CHARACTERS_PER_TOKEN + len(image.text) - ascii_only)
    known = image.legible and not image.has_figures
    return round(tokens if known else max(tokens, UNSEEN_PAGE_TOKENS))


def bound_on_reply(model: Any, images: Sequence[PageImage], attempt: Attempt) -> dict[str, int]:
    """Return the argument that bounds the reply to a request for pages, or {} for a model that is sent none.

    Bounded are Google's models that say how much they can write at most and how hard they think.
    """
    most = (getattr(model, "profile", None) or {}).get("max_output_tokens")
    thoughts = THOUGHT_TOKENS.get(getattr(model, "reasoning_effort", None) or "")
    if type(model).__module__.split(".")[0] != "langchain_google_genai" or not most or thoughts is None:
        return {}
    tokens = max(MIN_REPLY_TOKENS, REPLY_FACTOR * sum(map(estimated_tokens, images)))
    if attempt.generous:
        tokens = max(MIN_SECOND_REPLY_TOKENS, SECOND_REPLY_FACTOR * tokens)
    return {"max_output_tokens": min(most, tokens + thoughts)}
