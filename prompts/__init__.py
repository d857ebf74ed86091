"""The prompts, one Markdown file each, with `{placeholders}` that are checked when a prompt is loaded or edited.

The package imports no other package of PageWitness.
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
    """A prompt: its text, its placeholders, and a version that changes with the text."""

    name: str
    text: str

    @property
    def placeholders(self) -> frozenset[str]:
        """Return the names that `fill` needs."""
        return frozenset(_PLACEHOLDER.findall(self.text))

    @property
    def version(self) -> str:
        """Return the first eight hex digits of the text's SHA-256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:8]

    def fill(self, **values: str) -> str:
        """Return the text with every placeholder replaced, in one pass: braces inside the values are kept."""
        return _PLACEHOLDER.sub(lambda found: values[found.group(1)], self.text)


# The placeholders that each prompt is filled with; an edited file, or a text given for a run, must have the same.
PLACEHOLDERS: dict[str, frozenset[str]] = {
    "answer": frozenset({"question", "passages"}),
    "check": frozenset({"statements"}),
    "contextualize": frozenset({"history", "question"}),
    "grade": frozenset({"question", "passages"}),
    "judge": frozenset({"question", "expected", "answer"}),
    "plan": frozenset({"question", "documents", "tried", "steps", "passages"}),
    "read_again": frozenset({"problem"}),
    "repair": frozenset({"question", "claims", "passages"}),
    "rewrite": frozenset({"question", "tried", "passages"}),
    "transcribe": frozenset(),
}
# What small models are asked instead, filled in likewise.
PLACEHOLDERS |= {f"{name}_short": PLACEHOLDERS[name] for name in ("answer", "grade", "repair")}


@lru_cache
def load(name: str) -> Prompt:
    """Return the prompt of that name, as its file was at the last `refresh`.

    Raises:
        FileNotFoundError: there is no prompt of that name.
        ValueError: its file was edited, and a placeholder is missing or unknown.
    """
    text = _folder().joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
    return Prompt(name, validated(name, text))


def refresh() -> None:
    """Load the prompts again if a file was edited; a server calls this before a run, so that it needs no restart.

    `load` reads no file by itself afterwards: it is called on the event loop, which waiting for a disk would block.
    """
    now = tuple((path.name, path.stat().st_mtime_ns) for path in sorted(_folder().glob("*.md")))
    with _reading:
        if now != _seen[0]:
            _seen[0] = now
            load.cache_clear()
            for name in PLACEHOLDERS:
                with suppress(ValueError):  # raised again by `load`
                    load(name)


def _folder() -> Path:
    return Path(__file__).parent


_reading = threading.Lock()
_seen: list[object] = [None]


def validated(name: str, text: str) -> str:
    """Return the text of an edited prompt if it has exactly the placeholders that are filled.

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
