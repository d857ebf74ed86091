"""Putting the passages of several searches together."""

from __future__ import annotations

from collections.abc import Sequence

from graph.types import Passage


def interleaved(lists: Sequence[Sequence[Passage]], limit: int) -> list[Passage]:
    """The first of each list, then the second of each, ..., every passage once."""
    ordered: dict[str, Passage] = {}
    for rank in range(max((len(one) for one in lists), default=0)):
        for one in lists:
            if rank < len(one):
                ordered.setdefault(one[rank]["chunk"], one[rank])
    return list(ordered.values())[:limit]
