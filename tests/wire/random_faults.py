"""A model service with random faults: a share of its replies fail in ways that a seed decides, and it records all."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Sequence

from tests.wire.gemini_server import Answer, Fault, Recorded, Reply
from tests.wire.scripted_replies import pages_asked

# The reasons that a ledger may have for a page whose last request met with this fault.
REASONS = {
    "minute": {"quota_minute"},
    "500": {"overloaded"},
    "503": {"overloaded"},
    "stall": {"timeout"},
    "reset": {"network"},
    "empty": {"empty"},
    "recitation": {"recitation"},
    "max_tokens": {"max_tokens"},
    "blocked": {"blocked"},
    "missing": {"empty"},
    "repetition": {"max_tokens", "repetition"},
}
GARBLED = "garbled"  # loses nothing, so it is no excuse
KINDS = [*REASONS, GARBLED]
_FAULTS: dict[str, Answer] = {
    "minute": Fault(429, retry_delay="0.2s"),
    "500": Fault(500),
    "503": Fault(503),
    "stall": Fault(504, stall=60),
    "reset": Fault(reset=True),
    "empty": Reply(""),
    "recitation": Reply("", finish_reason="RECITATION"),
    "blocked": Reply(block_reason="PROHIBITED_CONTENT"),
}
_WORDS = [
    "keeper", "light", "wind", "weather", "harbour", "boat", "crane", "winch", "cable", "storm", "island", "gauge",
    "tide", "report", "spring", "autumn", "garden", "wall", "north", "south", "ledger", "candle", "window", "kettle",
]  # fmt: skip


def page_text(page: int) -> str:
    """Return three sentences that no other page has, on four lines of a small page."""
    chance = random.Random(page)
    sentences = [" ".join(chance.choices(_WORDS, k=11)).capitalize() + f" {page * 7 + at}." for at in range(3)]
    return " ".join(sentences)


class RandomFaults:
    """Replies that fail in `share` of the requests; a seed makes each request fail the same way in every run."""

    def __init__(self, seed: int, share: float = 0.3) -> None:
        self._seed, self._share = seed, share
        self._lock = threading.Lock()
        self._asked: Counter[tuple[int, ...]] = Counter()
        self.met: Counter[str] = Counter()
        self.last: dict[int, str] = {}
        """The fault of the last request that held a page; "" for none."""
        self.tries: Counter[int] = Counter()

    def calm(self) -> None:
        """Answer all further requests without faults."""
        self._share = 0.0

    def __call__(self, request: Recorded) -> Answer:
        pages = tuple(pages_asked(request))
        with self._lock:
            self._asked[pages] += 1
            chance = random.Random(f"{self._seed}|{pages}|{self._asked[pages]}")
            kind = chance.choice(KINDS) if chance.random() < self._share else ""
            self.met[kind] += 1
            self.tries.update(pages)
            lost = self._lost(kind, pages, chance)
            self.last.update({page: kind if page in lost else "" for page in pages})
        return _reply(kind, pages, lost, chance)

    def _lost(self, kind: str, pages: Sequence[int], chance: random.Random) -> list[int]:
        """Return the pages that a reply of this kind does not hold in full."""
        if kind in ("", GARBLED):
            return []
        if kind == "missing":
            return [chance.choice(pages)]
        if kind in ("max_tokens", "repetition"):  # cut within one page; those after it are not begun
            return list(pages[chance.randrange(len(pages)) :])
        return list(pages)


def _reply(kind: str, pages: Sequence[int], lost: Sequence[int], chance: random.Random) -> Answer:
    if kind in _FAULTS:
        return _FAULTS[kind]
    whole = [page for page in pages if page not in lost]
    text = "\n".join(_tagged(page) for page in whole)
    if kind == "max_tokens":
        return Reply(f"{text}\n{_tagged(lost[0])[:90]}", finish_reason="MAX_TOKENS")
    if kind == "repetition":
        opening = f'<page number="{lost[0]}">\n<chunk>\n'
        return Reply(f"{text}\n{opening}" + page_text(lost[0])[:40] * 80, finish_reason="MAX_TOKENS")
    return _garbled(text, chance) if kind == GARBLED else text


def _tagged(page: int) -> str:
    return f'<page number="{page}">\n<chunk>\n{page_text(page)}\n</chunk>\n</page>'


def _garbled(text: str, chance: random.Random) -> str:
    """Break the tags as models do, and keep the words."""
    return chance.choice(
        [
            lambda: text.replace("</chunk>", "").replace("</page>", ""),
            lambda: text.replace("<page", "<PAGE").replace("<chunk>", "<Chunk>"),
            lambda: f"```markdown\n{text}\n```",
            lambda: f"Here is the transcription of the pages:\n\n{text}",
            lambda: text.replace("<chunk>", "<chunk>\n<chunk>"),
            lambda: text.replace("<chunk>\n", "").replace("</chunk>\n", ""),
        ]
    )()
