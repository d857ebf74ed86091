"""Errors of the loaders. Each message is one sentence: which input, what is wrong, what to do."""

from __future__ import annotations


class SourceError(ValueError):
    """A source that cannot be used: missing, empty, of an unsupported format, damaged or locked."""


class SkippedError(SourceError):
    """A file that is left out without a fault of its own: of a kind that is not read, or that needs a converter."""


class PasswordError(SourceError):
    """A file that is encrypted: no password was given, or a wrong one."""
