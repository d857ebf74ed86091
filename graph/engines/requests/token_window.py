"""The input tokens of the requests that were sent to a model within the last minute.

What a request costs is known when it is answered. Until then it counts as an estimate: what requests of its kind cost
of late, or what its sender says.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

_FIRST_GUESS = 2000  # a page as an image is 1,120 tokens of Gemini, a question with its passages 1,500-4,000
_NEWEST_COUNTS = 0.2  # of the newest request: about the last five decide


@dataclass(slots=True)
class Sent:
    """A request: when it was sent, and its tokens, an estimate until the service has told them."""

    at: float
    tokens: int
    bulk: bool
    is_told: bool = False
    """Whether its sender knew the tokens, or the service has told them."""


@dataclass(slots=True)
class TokenWindow:
    """The requests to one model."""

    sent: deque[Sent] = field(default_factory=deque)
    _usual: dict[bool, float] = field(default_factory=dict)

    def estimate(self, *, bulk: bool) -> int:
        """Return the tokens that a request costs by the last ones of its kind, for questions or bulk."""
        return round(self._usual.get(bulk, _FIRST_GUESS))

    def wait(self, now: float, window: float, limit: int, tokens: int) -> float:
        """Return the seconds until so many tokens are within the limit, 0 for none; more than it are sent alone."""
        while self.sent and self.sent[0].at <= now - window:
            self.sent.popleft()
        over, free = sum(one.tokens for one in self.sent) + tokens - limit, now
        for one in self.sent if limit else ():
            if over <= 0:
                break
            over, free = over - one.tokens, one.at + window
        return free - now

    def add(self, at: float, tokens: int, *, bulk: bool, is_told: bool) -> Sent:
        """Note that a request was sent."""
        self.sent.append(made := Sent(at, tokens, bulk, is_told))
        return made

    def told(self, one: Sent, tokens: int) -> None:
        """Note what a request has cost by its reply; 0 tells nothing."""
        if tokens and not one.is_told:
            before = self._usual.get(one.bulk, tokens)
            self._usual[one.bulk] = before + _NEWEST_COUNTS * (tokens - before)
            one.tokens, one.is_told = tokens, True
