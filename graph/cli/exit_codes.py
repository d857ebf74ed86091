"""Exit codes of the `pagewitness` command."""

from __future__ import annotations

DONE, BAD_INPUT, INCOMPLETE = 0, 2, 3
