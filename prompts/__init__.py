"""Prompts: one Markdown file each, with `{placeholders}` that are checked before anything is sent.

This package imports nothing of ours.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

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


@lru_cache
def load(name: str) -> Prompt:
    """The prompt of that name; FileNotFoundError when there is none."""
    return Prompt(name, files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip())


def validated(name: str, text: str) -> str:
    """The text of an edited prompt, if it has exactly the placeholders of the one that ships.

    Raises:
        ValueError: a placeholder is missing or unknown.
    """
    wanted, given = load(name).placeholders, Prompt(name, text).placeholders
    if given != wanted:
        listed = ", ".join(f"{{{placeholder}}}" for placeholder in sorted(wanted)) or "none"
        raise ValueError(f"The {name} prompt must have exactly these placeholders: {listed}.")
    return text
