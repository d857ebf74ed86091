"""Memory that all page processes share, in which one leaves what others would compute again of a page's text.

The process that others are forked from makes it, so that it needs no file, and ends with the last of them. Processes
that were started otherwise have none: they find nothing, and keep nothing for others.
"""

from __future__ import annotations

import hashlib
import mmap
import pickle
import struct
import zlib
from collections.abc import Callable, Hashable
from typing import TypeVar

Result = TypeVar("Result")

PLACES, PLACE_BYTES = 256, 128 * 1024
"""Results that are kept, more than the text layers and prints (`loaders.pdf.neighbours`) of the 42 neighbours of two
pages, and the room for each: dense layers take 35 kB. Only what is written takes memory."""

_HEAD = struct.Struct("16sII")  # the key's digest, the length of the value, and a checksum of all

_MOST = PLACE_BYTES - _HEAD.size

_memory: mmap.mmap | None = None


def create() -> None:
    """Let the processes that are forked from this one share results."""
    global _memory
    _memory = mmap.mmap(-1, PLACES * PLACE_BYTES)


def find_or_make(owner: Hashable, number: int, make: Callable[[int], Result]) -> Result:
    """Return what a process has left under this number of an owner; else make it, and leave it for others.

    `owner` is equal in all processes for equal results, such as a file with the time of its last change; None for
    results that are not shared.
    """
    if _memory is None or owner is None:
        return make(number)
    digest, start = _place(owner, number)
    stored, length, check = _HEAD.unpack_from(_memory, start)
    if stored == digest and length <= _MOST:
        value = _memory[start + _HEAD.size : start + _HEAD.size + length]
        if check == _sum(digest, value):  # no lock: what another process writes meanwhile has another sum
            found: Result = pickle.loads(value)
            return found
    made = make(number)
    value = pickle.dumps(made, pickle.HIGHEST_PROTOCOL)
    if len(value) <= _MOST:
        _memory[start + _HEAD.size : start + _HEAD.size + len(value)] = value
        _HEAD.pack_into(_memory, start, digest, len(value), _sum(digest, value))
    return made


def _sum(digest: bytes, value: bytes) -> int:
    return zlib.crc32(value, zlib.crc32(digest))


def _place(owner: Hashable, number: int) -> tuple[bytes, int]:
    """Return the digest of a key and where its value is: neighbouring numbers are at different places."""
    digest = hashlib.blake2b(repr((owner, number)).encode(), digest_size=16).digest()
    first = hashlib.blake2b(repr(owner).encode(), digest_size=4).digest()
    return digest, (int.from_bytes(first, "little") + number) % PLACES * PLACE_BYTES
