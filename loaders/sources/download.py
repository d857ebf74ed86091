"""Safe downloads from http(s) addresses: no private networks, and limits on size, time and redirects.

Each host is looked up once, and the connection goes to the address that was checked, so that a name whose address
changes afterwards (DNS rebinding) has no effect. Proxies are not used, since they would look the name up themselves.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import os
import re
import socket
import ssl
import tempfile
import threading
import time
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, Self
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from loaders.errors import SourceError
from loaders.sources.formats import sniff_suffix

DOCUMENT_ID_DIGITS = 16
"""Hexadecimal digits of the SHA-256 of a file that name the folder it is saved in: the document's id."""

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 1 << 16
_MAX_NAME = 120
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u200b-\u200f\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True, slots=True)
class DownloadLimits:
    """Limits of one download."""

    max_bytes: int = 200 * 2**20
    """The largest of 700 papers and annual reports has 60 MB."""
    timeout_s: float = 120.0
    """Time for all requests together."""
    max_redirects: int = 5
    allow_private: bool = False
    """Whether addresses of this machine and of private networks may be used."""


def is_url(source: str) -> bool:
    """Return whether a source is an address that `fetch` takes."""
    return source.lower().startswith(("http://", "https://"))


def fetch(url: str, folder: Path, limits: DownloadLimits | None = None) -> Path:
    """Download a file to `folder/<first digits of its SHA-256>/<its name>`, and return the path.

    Raises:
        SourceError: the address may not be used, no usable file is there, or a limit is exceeded.
    """
    limits = limits or DownloadLimits()
    deadline = time.monotonic() + limits.timeout_s
    at = url
    try:
        for _ in range(limits.max_redirects + 1):
            with _connection(at, limits, deadline) as connection:
                response = _ask(connection, at)
                if response.status not in _REDIRECTS:
                    return _save(url, at, response, folder, limits, deadline)
                at = urljoin(at, response.headers.get("Location") or "")
    except (OSError, http.client.HTTPException, UnicodeError, ValueError) as exc:
        if isinstance(exc, SourceError):
            raise
        if time.monotonic() >= deadline:
            raise SourceError(
                f"{url!r} took longer than {limits.timeout_s:g} s: download it and give its path."
            ) from exc
        why = getattr(exc, "strerror", None) or exc
        raise SourceError(f"{url!r} cannot be fetched ({why}): check the address and the connection.") from exc
    raise SourceError(f"{url!r} redirects more than {limits.max_redirects} times: give the address of the file itself.")


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the public internet, also if it is embedded in an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if ip in ipaddress.ip_network("64:ff9b::/96"):  # IPv4 behind a translator
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner:
            return is_public(str(inner))
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


class _PinnedConnection(http.client.HTTPConnection):
    """A connection over a socket that is already open to the address that was checked."""

    def __init__(self, host: str, port: int, opened: socket.socket, deadline: float) -> None:
        super().__init__(host, port)
        # `sock` becomes None once a body without a length has begun and close() was called.
        self.sock = self._opened = opened
        # Ends the whole download in time, even if the server keeps sending single bytes.
        self._clock = threading.Timer(max(0.0, deadline - time.monotonic()), self._end)
        self._clock.daemon = True
        self._clock.start()

    def connect(self) -> None:
        raise http.client.NotConnected("the server closed the connection")

    def _end(self) -> None:
        try:
            self._opened.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._clock.cancel()
        self.close()


def _connection(url: str, limits: DownloadLimits, deadline: float) -> _PinnedConnection:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise SourceError(f"{url!r} is not an http(s) address: give one, or the path of a file.")
    if parts.username or parts.password:
        raise SourceError("An address with a user name or password was given: download the file and give its path.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    opened = _open(parts, port, limits, deadline)
    if parts.scheme == "https":
        opened = ssl.create_default_context().wrap_socket(opened, server_hostname=parts.hostname)
    return _PinnedConnection(parts.hostname, port, opened, deadline)


def _open(parts: SplitResult, port: int, limits: DownloadLimits, deadline: float) -> socket.socket:
    """Connect to the first address of the host that answers; all of them must be allowed."""
    host = str(parts.hostname)
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not limits.allow_private and not all(is_public(address) for address in found):
        raise _refused(host)
    problem: OSError = OSError("no address")
    for address in dict.fromkeys(found):
        try:
            opened = socket.create_connection((address, port), timeout=max(0.1, deadline - time.monotonic()))
        except OSError as exc:
            problem = exc
            continue
        # This machine's own public address is as private as loopback.
        if not limits.allow_private and opened.getsockname()[0] == opened.getpeername()[0]:
            opened.close()
            raise _refused(host)
        return opened
    raise problem


def _refused(host: str) -> SourceError:
    return SourceError(
        f"{host!r} is this machine or in a private network, which a source may not name: "
        "download the file and give its path, or set PAGEWITNESS_ALLOW_PRIVATE_URLS=1."
    )


def _ask(connection: _PinnedConnection, url: str) -> http.client.HTTPResponse:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    ascii_only = re.sub(r"[^\x21-\x7e]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), target)
    headers = {"User-Agent": "PageWitness", "Accept-Encoding": "identity", "Accept": "*/*", "Connection": "close"}
    connection.request("GET", ascii_only, headers=headers)
    return connection.getresponse()


def _save(
    url: str, at: str, response: http.client.HTTPResponse, folder: Path, limits: DownloadLimits, deadline: float
) -> Path:
    """Save the body of a response under its hash and its name; raise SourceError if it is no document."""
    if response.status != 200:
        raise SourceError(f"{url!r} cannot be fetched ({response.status} {response.reason}): check the address.")
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            digest = _copy(url, response, file, limits, deadline)
        with open(temporary, "rb") as saved:
            suffix = sniff_suffix(saved, Path(urlsplit(at).path).suffix)
        if not suffix:
            content_type = response.headers.get_content_type()
            raise SourceError(
                f"{url!r} is not a document that can be read ({content_type}): give the address of the file itself."
            )
        path = folder / digest[:DOCUMENT_ID_DIGITS] / _name(response.headers, at, suffix)
        path.parent.mkdir(exist_ok=True)
        os.replace(temporary, path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return path


def _copy(url: str, response: http.client.HTTPResponse, file: Any, limits: DownloadLimits, deadline: float) -> str:
    """Write the body to a file; return its SHA-256."""
    size, digest = 0, hashlib.sha256()
    while piece := response.read1(_PIECE):
        size += len(piece)
        if size > limits.max_bytes:
            most = limits.max_bytes / 2**20
            raise SourceError(f"{url!r} is larger than {most:g} MB: download it, split it, and give its path.")
        digest.update(piece)
        file.write(piece)
    if time.monotonic() >= deadline:  # the timer has closed the connection, which looks like the end of the file
        raise TimeoutError
    if response.length:  # fewer bytes than the server announced
        raise http.client.IncompleteRead(b"", response.length)
    return digest.hexdigest()


def _name(headers: Message, url: str, suffix: str) -> str:
    """Return the file's name: from the response, else from the address."""
    given = headers.get_filename() or unquote(urlsplit(url).path.rpartition("/")[2]) or urlsplit(url).hostname or ""
    return safe_name(given, suffix)


def safe_name(given: str, suffix: str) -> str:
    """Return a safe file name for a given one: no path, not hidden, and with the given suffix."""
    name = _UNSAFE.sub(" ", given.replace("\\", "/").rpartition("/")[2]).strip(" .") or "document"
    stem = name[: -len(suffix)] if suffix and name.lower().endswith(suffix) else name
    return (stem.strip(" .")[:_MAX_NAME] or "document") + suffix
