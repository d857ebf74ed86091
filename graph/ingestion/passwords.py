"""Passwords of encrypted uploads, held in the memory of this process only.

The LangGraph server stores a run's context in its database and in every checkpoint. A password that is sent to the
server's upload route stays here instead, until its document is read or the process ends. It opens the file for the
user who gave it and for no one else: another may have the same locked file and not its password.
"""

from __future__ import annotations

import threading

from graph import context, users

_MAX_PASSWORDS = 1000
_known: dict[tuple[str, str], str] = {}
"""Passwords by the user and the document."""
_lock = threading.Lock()


def remember(document: str, password: str, who: str) -> None:
    """Store a user's password of a document until it is read; the oldest one is dropped when there are too many."""
    with _lock:
        _known.pop((who, document), None)
        _known[who, document] = password
        while len(_known) > _MAX_PASSWORDS:
            del _known[next(iter(_known))]


def forget(document: str) -> None:
    """Drop the password of a document that the run's user has read."""
    with _lock:
        _known.pop((users.run_identity().name, document), None)


def password_of(document: str) -> str | None:
    """Return the password of a document: that of the run's context, or the one sent with the upload; None without."""
    return context.current().password or (_known.get((users.run_identity().name, document)) if _known else None)
