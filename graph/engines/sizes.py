"""How many pages go through the ingestion graph together, and in how many windows at a time."""

from __future__ import annotations

import math

WINDOWS = 16
"""Windows under way at a time. Each is a run of a graph, and a thread under `invoke()`: 32 of them got in each other's
way at the start. 100 pages at 2 s each, 16 requests in flight, six readings of each in turns: 14.32 to 14.35 s with 16,
14.32 to 14.39 with 32."""
PAGES = 4
"""Pages of a window, at least: one of a single page costs the graph as much as one of four. The same 100 pages took
14.50 s in windows of one page, 14.45 of four, 14.43 of eight; 1.8, 1.3 and 1.2 s of CPU."""


def window_size(pages_per_request: int, concurrency: int) -> int:
    """Pages of a window: whole requests, so many that all windows together hold twice the requests in flight.

    While the one half is answered, the pages of the other are rendered.
    """
    requests = max(math.ceil(PAGES / pages_per_request), math.ceil(2 * concurrency / WINDOWS))
    return pages_per_request * requests
