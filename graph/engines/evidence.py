"""What goes along with a request for an answer, or for a better one."""

from __future__ import annotations

from dataclasses import dataclass

from typing_extensions import TypedDict

from graph.engines.base import Claim


class Objection(TypedDict):
    """A claim that was not proven, and why."""

    claim: Claim
    failure: str


@dataclass(frozen=True, slots=True)
class PageView:
    """The image of a page to look at again with a question. It is made inside a step and never put into state."""

    document: str
    name: str
    page: int
    png: bytes
