"""Sessions of the reading room: a cookie in place of a token, valid as long as the token of its user is.

A cookie names the user and is signed with the token, or with a key that this server keeps in its home folder, or in the
database that it shares with others. So the file of users, which holds hashes of tokens, is not enough to make a cookie.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from graph import dependencies, users
from graph.access import LOCAL, Identity
from graph.settings import settings

COOKIE = "pagewitness_session"
_KEY_FILE, _KEY_NAME = "session.key", "session_key"
_KEY_BYTES = 32


def session_of(given: str) -> str | None:
    """Return the cookie for a token; "" where none is needed, None if the token is wrong.

    Raises:
        BadInputError: the users of this server cannot be read.
    """
    token = settings().token
    if not (token or users.configured()):
        return ""
    if token and is_equal(given, token):
        return _local_session(token)
    user = users.of_token(given) if given and users.configured() else None
    return _user_session(user, _shared_key() or _make_key(settings().home / _KEY_FILE)) if user else None


def prepare() -> None:
    """Look up the key of cookies that instances share, so that no request has to wait for the database."""
    if users.configured():
        with contextlib.suppress(Exception):  # readiness says what is wrong
            _shared_key()


def of_cookie(header: str) -> Identity | None:
    """Return the user of the session in a request's cookie header; None without a valid cookie.

    Raises:
        BadInputError: the users of this server cannot be read.
    """
    try:
        cookie = SimpleCookie(header).get(COOKIE)
    except CookieError:
        cookie = None
    if cookie is None:
        return None
    if settings().token and is_equal(cookie.value, _local_session(settings().token)):
        return LOCAL
    name, dot, _ = cookie.value.partition(".")
    if not (dot and users.configured()):
        return None
    try:
        user = users.of_name(base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode())
        key = _shared_key() or _key(settings().home / _KEY_FILE)
    except (binascii.Error, UnicodeError, FileNotFoundError):
        return None
    return user.identity if user and is_equal(cookie.value, _user_session(user, key)) else None


def is_equal(given: str, wanted: str) -> bool:
    """Return whether two secrets are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _local_session(token: str) -> str:
    return hmac.new(token.encode(), b"pagewitness reading room", hashlib.sha256).hexdigest()


def _user_session(user: users.User, key: bytes) -> str:
    name = base64.urlsafe_b64encode(user.identity.name.encode()).decode().rstrip("=")
    signed = hmac.new(key, f"{name} {user.token_sha256}".encode(), hashlib.sha256).hexdigest()
    return f"{name}.{signed}"


def _shared_key() -> bytes:
    """Return the key of all instances that share a catalog, so that each accepts cookies of the others; b"" if none.

    A home folder keeps it in a file that only its owner may read, and that is not moved with the catalog.
    """
    now = settings()
    return _key_of_catalog(now.store_url.get_secret_value()) if now.store_url.get_secret_value() else b""


@lru_cache(maxsize=4)
def _key_of_catalog(store_url: str) -> bytes:
    catalog = dependencies.home_stores().catalog
    return bytes.fromhex(catalog.get_meta(_KEY_NAME) or catalog.keep_meta(_KEY_NAME, secrets.token_hex(_KEY_BYTES)))


@lru_cache(maxsize=4)
def _key(path: Path) -> bytes:
    return path.read_bytes()


def _make_key(path: Path) -> bytes:
    """Return the key that signs cookies; the first call makes it, readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)  # whole or not at all, and the first of two processes wins
        temporary.unlink()
    return _key(path)
