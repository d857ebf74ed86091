"""Users of a server: those of a file (`PAGEWITNESS_USERS=users.toml`), or those that a proxy has authenticated.

The file holds no secret, only the SHA-256 of each token. It is read again when it changes, so that a user who is
removed from it is refused from then on; while it is being saved, the users before count. Without configured users there
is one local user, who manages everything.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from graph.access import LOCAL, Identity, NotAllowedError
from graph.errors import BadInputError
from graph.settings import settings

_HEADER = "header:"
_LOCAL = "local"
"""The name of the local user where one is needed; no other user may have it."""
_NAME = re.compile(r"[\w.@+\\-]{1,100}")
_GROUP = re.compile(r"[^\s,:][^,:\x00-\x1f]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEYS = {"name", "groups", "token_sha256", "admin"}
_READ_AGAIN_S = 5.0
"""A file is read again after this time even if it looks unchanged: some file systems report changes late."""
_SAVED_S = 2.0
"""An editor may empty the file, or remove it, before it writes it: the users before count for so long meanwhile."""
UNREADABLE = "The list of this server's users cannot be read: ask its manager to look at the server's log."
_UNKNOWN = "You are no user of this server any more: ask who runs it."


@dataclass(frozen=True)
class User:
    """A user of the file.

    Attributes:
        identity: Who it is.
        token_sha256: The SHA-256 of the user's token, as hex.
    """

    identity: Identity
    token_sha256: str


class _Read(NamedTuple):
    """The file as it was read.

    Attributes:
        at: When.
        version: See `_version`.
        users: The users by name.
        problem: What is wrong with it, or "".
        broken_at: When it was first found broken while the users before it still count, or 0.
    """

    at: float
    version: tuple[int, ...]
    users: Mapping[str, User]
    problem: str
    broken_at: float = 0.0


logger = logging.getLogger(__name__)
_lock = threading.Lock()
_read: dict[Path, _Read] = {}


def configured() -> bool:
    """Return whether there are users: without them everything belongs to the one local user."""
    return bool(settings().users)


def proxy_headers() -> tuple[str, str] | None:
    """Return the headers, in lower case, in which a proxy names the user and the user's groups; None without a proxy.

    The second is "" if the proxy sends no groups.

    Raises:
        BadInputError: the setting names no header, or no proxy is trusted.
    """
    given = settings().users
    if not given.startswith(_HEADER):
        return None
    user, _, groups = given.removeprefix(_HEADER).partition(",")
    names = user.strip().lower(), groups.strip().lower()
    if not all(re.fullmatch(r"[a-z0-9-]+", name) for name in filter(None, names)) or not names[0]:
        raise BadInputError(
            f"PAGEWITNESS_USERS is {given!r}: set it to `header:NAME`, or `header:NAME,GROUPS` with the header that "
            "lists groups."
        )
    _proxies(settings().trusted_proxies)
    return names


def is_trusted_proxy(address: str) -> bool:
    """Return whether requests from this address may name their user."""
    try:
        client = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(client in network for network in _proxies(settings().trusted_proxies))


def _proxies(given: tuple[str, ...]) -> list[Any]:
    if not given:
        raise BadInputError(
            "PAGEWITNESS_USERS takes users from a proxy, and no proxy is trusted: set PAGEWITNESS_TRUSTED_PROXIES to "
            "its address."
        )
    try:
        return [ipaddress.ip_network(one) for one in given]
    except ValueError as error:
        raise BadInputError(
            f"PAGEWITNESS_TRUSTED_PROXIES cannot be used ({error}): set it to addresses such as 10.0.0.5 or "
            "10.0.0.0/24, joined by commas."
        ) from None


def of_proxy(name: str, groups: str) -> Identity | None:
    """Return the user that a proxy names, in the groups that it lists between commas; None for an invalid name."""
    if not _is_name(name):
        return None
    listed = (group.strip() for group in groups.split(","))
    return Identity(name, frozenset(group for group in listed if _GROUP.fullmatch(group)), admin=False)


def of_token(token: str) -> User | None:
    """Return the user of the file to whom a token belongs, in a time that does not depend on the tokens.

    Raises:
        BadInputError: the file cannot be used.
    """
    digest, found = sha256(token), None
    for user in _users().values():
        if hmac.compare_digest(user.token_sha256, digest):
            found = user
    return found


def of_name(name: str) -> User | None:
    """Return the user of the file of this name.

    Raises:
        BadInputError: the file cannot be used.
    """
    return _users().get(name)


def run_identity() -> Identity:
    """Return the user of the calling run: the one that the server has authenticated.

    On the command line and in Python, and on a server without users, that is the one local user.

    Raises:
        NotAllowedError: on a server with users, the run has no user, or one who was removed.
    """
    current = settings()
    if not (current.served and current.users):
        return LOCAL
    from langgraph.runtime import get_runtime

    try:
        runtime = get_runtime()
    except (KeyError, RuntimeError):
        runtime = None
    server = runtime.server_info if runtime else None  # a chain of LangChain has a config and no runtime
    if server is None or server.user is None or not server.user.identity:
        raise NotAllowedError("The run has no user: start it through the server, with a token.", seen=True)
    return current_rights(of_user(server.user))


def current_rights(identity: Identity) -> Identity:
    """Return a user of the file with the current groups and rights; other users unchanged.

    Raises:
        NotAllowedError: the user was removed, or the file cannot be read.
    """
    if identity is LOCAL or proxy_headers():
        return identity
    try:
        user = of_name(identity.name)
    except BadInputError as error:  # it names a file of the server
        logger.error("Runs of users are refused: %s", error)
        raise NotAllowedError(UNREADABLE, seen=True) from None
    if user is None:
        raise NotAllowedError(_UNKNOWN, seen=True)
    return user.identity


def require_admin() -> Identity:
    """Return the user of the calling run, who has to be an administrator.

    Raises:
        NotAllowedError: the user is none.
    """
    if not (identity := run_identity()).admin:
        raise NotAllowedError("Only administrators of this server may do this: ask one of them.", seen=True)
    return identity


def as_user(identity: Identity) -> dict[str, Any]:
    """Return an identity as the user that LangGraph's server keeps with a run."""
    name = identity.name or _LOCAL
    return {
        "identity": name, "is_authenticated": True, "display_name": name, "groups": sorted(identity.groups),
        "admin": identity.admin,
    }  # fmt: skip


def of_user(user: Any) -> Identity:
    """Return the identity of a user that LangGraph's server has kept; a cron keeps the name alone."""
    name = str(user.identity)
    if name == _LOCAL:
        return LOCAL
    given = getattr(user, "groups", None)
    groups = given if isinstance(given, list | tuple) else ()
    return Identity(name, frozenset(str(group) for group in groups), getattr(user, "admin", False) is True)


def new_token() -> str:
    """Return a token that no one can guess."""
    return f"pw_{secrets.token_urlsafe(32)}"


def sha256(token: str) -> str:
    """Return the SHA-256 of a token as hex, which the file holds."""
    return hashlib.sha256(token.encode()).hexdigest()


def toml_table(name: str, token: str) -> str:
    """Return the `[[user]]` table of a user, to be put into the file of users.

    Raises:
        BadInputError: no user can have this name.
    """
    if not _is_name(name):
        raise BadInputError(_bad_name(name))
    quoted = name.replace("\\", "\\\\")
    return f'[[user]]\nname = "{quoted}"\ngroups = []\ntoken_sha256 = "{sha256(token)}"\n'


def check() -> None:
    """Check the users that are set, if any.

    Raises:
        BadInputError: they cannot be used; the sentence says what is wrong with the setting or the file.
    """
    if configured() and not proxy_headers():
        _users()


def _users() -> Mapping[str, User]:
    """Return the users of the file by name; none where users come from a proxy or are not set."""
    given = settings().users
    if not given or given.startswith(_HEADER):
        return {}
    path = settings().users_file
    with _lock:
        read, version, now = _read.get(path), _version(path), time.monotonic()
        if read is None or read.version != version or now - read.at > _READ_AGAIN_S:
            try:
                read = _Read(now, version, _parse(path), "")
            except BadInputError as error:
                read = _broken(read, now, version, str(error))
            _read[path] = read
    if read.problem:
        raise BadInputError(read.problem)  # no one is let in by a list that may be half of one
    return read.users


def _broken(before: _Read | None, now: float, version: tuple[int, ...], problem: str) -> _Read:
    """Return what counts while the file cannot be used: the users before it for a moment, then none."""
    if before and not before.problem and now - (since := before.broken_at or now) < _SAVED_S:
        return before._replace(version=(-1,), broken_at=since)  # read again by the next request
    return _Read(now, version, {}, problem)


def _version(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:
        return ()
    return stat.st_mtime_ns, stat.st_size, stat.st_ino


def _parse(path: Path) -> dict[str, User]:
    import tomllib

    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise BadInputError(f"The file of users {path} cannot be read ({why}): set PAGEWITNESS_USERS to it.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"The file of users {path} is not TOML ({error}): correct it.") from None
    listed = content.get("user")
    if set(content) != {"user"} or not isinstance(listed, list) or not listed:
        raise BadInputError(f"The file of users {path} must hold [[user]] tables and nothing else: correct it.")
    users: dict[str, User] = {}
    for at, one in enumerate(listed, start=1):
        try:
            user = _user(one)
            if user.identity.name in users:
                raise ValueError(f"another user is named {user.identity.name!r} too")
            if any(user.token_sha256 == other.token_sha256 for other in users.values()):
                raise ValueError("another user has the same token")
        except ValueError as error:
            raise BadInputError(f"User {at} of the file {path} cannot be used ({error}): correct it.") from None
        users[user.identity.name] = user
    return users


def _user(one: Any) -> User:
    """Return a user from its table; raise ValueError with what is wrong."""
    if not isinstance(one, dict):
        raise ValueError("it must be a [[user]] table")
    if unknown := sorted(set(one) - _KEYS):
        raise ValueError(f"`{unknown[0]}` is unknown; a user has name, groups, token_sha256 and admin")
    name, digest, groups, admin = (
        one.get("name"),
        one.get("token_sha256"),
        one.get("groups", []),
        one.get("admin", False),
    )
    if not isinstance(name, str) or not _is_name(name):
        raise ValueError(_bad_name(name))
    if not isinstance(digest, str) or not _SHA256.fullmatch(digest.lower()):
        raise ValueError("`token_sha256` must be 64 hex digits: `pagewitness token NAME` prints them")
    if not isinstance(groups, list) or not all(isinstance(group, str) and _GROUP.fullmatch(group) for group in groups):
        raise ValueError("`groups` must be a list of names without commas and colons")
    if not isinstance(admin, bool):
        raise ValueError("`admin` must be true or false")
    return User(Identity(name, frozenset(groups), admin), digest.lower())


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and name.casefold() != _LOCAL


def _bad_name(name: object) -> str:
    return f"the name {name!r} is not valid: use up to 100 letters, digits and . _ @ + - \\, and not {_LOCAL!r}"
