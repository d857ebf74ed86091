"""Prompts: one Markdown file each, with `{placeholders}` that are checked before anything is sent.

This package imports nothing of ours.
"""

from __future__ import annotations

import hashlib
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text, its placeholders, and a version that changes whenever the text does."""

    name: str
    text: str

    @property
    def placeholders(self) -> frozenset[str]:
        """The names that `fill` needs."""
        return frozenset(_PLACEHOLDER.findall(self.text))

    @property
    def version(self) -> str:
        """The first eight hex digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]

    def fill(self, **values: str) -> str:
        """The text with every placeholder replaced, in one pass: braces inside the values stay as they are."""
        return _PLACEHOLDER.sub(lambda found: values[found.group(1)], self.text)


# What each is filled with. A file that is edited is held to it, just as a text that is given for a run.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "answer": frozenset({"question", "passages"}),
    "contextualize": frozenset({"history", "question"}),
    "grade": frozenset({"question", "passages"}),
    "judge": frozenset({"question", "expected", "answer"}),
    "repair": frozenset({"question", "claims", "passages"}),
    "rewrite": frozenset({"question", "tried", "passages"}),
    "transcribe": frozenset(),
}


@lru_cache
def load(name: str) -> Prompt:
    """The prompt of that name, as its file was when it was last looked at (see `refresh`).

    Raises:
        FileNotFoundError: there is none of that name.
        ValueError: its file was edited, and a placeholder is missing or unknown.
    """
    text = _folder().joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
    return Prompt(name, validated(name, text))


def refresh() -> None:
    """Have prompts read anew if a file was edited: a server asks for that before a run, and needs no restart.

    `load` does not look itself: it is called where waiting for a disk would hold up everybody.
    """
    now = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(_folder().glob("*.md")))
    with _reading:
        if now != _seen[0]:
            _seen[0] = now
            load.cache_clear()
            for name in PLACEHOLDERS:
                with suppress(ValueError):  # told to whoever needs it
                    load(name)


def _folder() -> Path:
    return Path(__file__).parent


_reading = threading.Lock()
_seen: list[object] = [None]


def validated(name: str, text: str) -> str:
    """The text of an edited prompt, if it has exactly the placeholders that are filled.

    Raises:
        ValueError: a placeholder is missing or unknown.
    """
    wanted, given = PLACEHOLDERS[name], Prompt(name, text).placeholders
    if given != wanted:
        listed = ", ".join(f"{{{placeholder}}}" for placeholder in sorted(wanted)) or "none"
        wrong = [f"{{{one}}} is missing" for one in sorted(wanted - given)]
        wrong += [f"{{{one}}} is unknown" for one in sorted(given - wanted)]
        raise ValueError(f"The {name} prompt must have exactly these placeholders: {listed}; {' and '.join(wrong)}.")
    return text


refresh()
