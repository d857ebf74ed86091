"""The passwords of encrypted uploads, in the memory of this process and nowhere else.

A run's context is written down by the server, in the run and in every checkpoint of its thread. A password that was
given to the server's own route instead is here until its document has been read, or the process ends.
"""

from __future__ import annotations

import threading

from graph import context

_MOST = 1000
_known: dict[str, str] = {}
_lock = threading.Lock()


def remember(document: str, password: str) -> None:
    """Keep a password for the next reading of a document; the oldest goes when there are too many."""
    with _lock:
        _known.pop(document, None)
        _known[document] = password
        while len(_known) > _MOST:
            del _known[next(iter(_known))]


def forget(document: str) -> None:
    """Its document has been read, or is gone."""
    with _lock:
        _known.pop(document, None)


def password_of(document: str) -> str | None:
    """The password for a document: the run's own, or the one that was given for it."""
    return context.current().password or _known.get(document)
