"""Errors of the loaders. Each message is one sentence: which input, what is wrong, what to do."""

from __future__ import annotations


class SourceError(ValueError):
    """A source that cannot be used: missing, empty, of an unsupported format, damaged or locked."""


class SkippedError(SourceError):
    """A file that is skipped though nothing is wrong with it: its format is not read, or needs a converter."""


class PasswordError(SourceError):
    """A file that is encrypted: no password was given, or a wrong one."""


class PoolError(RuntimeError):
    """A pool of processes that cannot be used: its cluster cannot be reached, or has another version of the readers."""


def message_of(error: BaseException) -> str:
    """Return an error's message, at most 200 characters; that of its cause where it is a whole traceback (RapidOCR)."""
    first = error
    while str(first).startswith("Traceback") and first.__cause__:
        first = first.__cause__
    return " ".join(str(first).split())[:200] or type(first).__name__
