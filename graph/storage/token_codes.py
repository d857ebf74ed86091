"""Compression of token vectors to a fifth of their bytes: a fixed rotation, then three levels for each component.

Token vectors are what MaxSim compares (`graph/retrieval/scoring.py`), and the largest part of an offline library: 350 a
chunk, of 384 components. After a rotation that mixes all of them, components have a normal distribution with the same
deviation, so that the same three levels are the best for each, and nothing has to be fitted to a language or subject.
Five components make a byte (243 of 256 codes); a token takes 79 bytes with its scale, in place of 384.

On articles, reports and a paper MaxSim is off by .0095 after a linear fit, with a correlation of .994; by .0104 with
two bits for 256 components and one for the others (80 bytes), by .007 with two bits for all (96), and by .024 with the
first 160 principal components in four bits (80): their spectrum is flat, and fewer components cost more than levels.
"""

from __future__ import annotations

import functools
import hashlib
import math

import numpy as np
from numpy.typing import NDArray

_SIZE = 384
_DIGITS = 5  # of the base three in a byte
_BYTES = -(-_SIZE // _DIGITS)
# The byte of five zero components (11111 in base three), divided by the powers of three that `levels` divides by.
_MIDDLES = tuple(np.uint8((3 ** (_DIGITS - place) - 1) // 2) for place in range(_DIGITS))
_BORDER = 0.612  # deviations, between the three levels that fit a normal distribution best (Max, 1960)


@functools.cache
def _signs() -> NDArray[np.int16]:
    """Return a sign for each component, half of them negative: vectors with few large components are mixed as well."""
    bits = np.frombuffer(hashlib.sha384(b"token vectors").digest(), np.uint8)
    return 1 - 2 * np.unpackbits(bits).astype(np.int16)


@functools.cache
def _cosines() -> NDArray[np.float32]:
    """Return the cosine transform of three numbers, with the scale of the whole rotation."""
    rows = [[math.cos(math.pi * (2 * at + 1) * row / 6) * (1 if row else math.sqrt(0.5)) for at in range(3)]
            for row in range(3)]  # fmt: skip
    return (np.array(rows) * math.sqrt(2 / _SIZE) / 127).astype(np.float32)


def turn(tokens: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return token vectors, 127 = 1.0, in the rotated components: stored vectors depend on each of its numbers."""
    return _components(tokens).T


def _components(tokens: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the rotated components as rows, with a column for each token.

    The rotation is a Hadamard matrix of 128 rows times a cosine transform of three, after the signs were changed. The
    first takes seven steps of whole sums and differences: .32 ms for 260 tokens in one thread with the rest. The
    product with the whole matrix took twice as long, and the threads of its library waited for cores on which sentences
    were embedded.
    """
    mixed = np.ascontiguousarray((tokens * _signs()).T).reshape(-1)  # at most 128 * 127, so that 16 bits are enough
    other = np.empty_like(mixed)
    width = 3 * len(tokens)
    while width < mixed.size:
        pairs, made = mixed.reshape(-1, 2, width), other.reshape(-1, 2, width)
        np.add(pairs[:, 0], pairs[:, 1], out=made[:, 0])
        np.subtract(pairs[:, 0], pairs[:, 1], out=made[:, 1])
        mixed, other = other, mixed
        width *= 2
    turned = _cosines() @ mixed.reshape(_SIZE // 3, 3, len(tokens)).astype(np.float32)
    return turned.reshape(_SIZE, len(tokens))


def pack_tokens(tokens: NDArray[np.int8]) -> bytes:
    """Return token vectors, 127 = 1.0, as codes: a scale for each (float16), then the components of all.

    .5 ms for 260 tokens; with a row for each token, which has to be turned again and again, .9.
    """
    components = _components(tokens) * np.float32(math.sqrt(_SIZE))
    digits = np.ones((_DIGITS * _BYTES, len(tokens)), np.uint8)
    digits[:_SIZE] += components > _BORDER
    digits[:_SIZE] -= components < -_BORDER
    planes = digits.reshape(_DIGITS, _BYTES, len(tokens))
    codes: NDArray[np.uint8] = planes[-1]
    for place in range(_DIGITS - 2, -1, -1):
        codes = 3 * codes + planes[place]
    scales: NDArray[np.float16] = (1 / np.sqrt(np.maximum((digits != 1).sum(axis=0), 1))).astype("<f2")
    return scales.tobytes() + np.ascontiguousarray(codes.T).tobytes()


def unpack_tokens(packed: memoryview, count: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return `count` packed vectors as rows of codes, and the scale of each."""
    scales = np.frombuffer(packed[: 2 * count], "<f2").astype(np.float32)
    return np.frombuffer(packed[2 * count :], np.uint8).reshape(count, _BYTES), scales


def levels(codes: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return codes as rows of numbers whose products with the columns of `columns` are cosines, once scaled.

    A code is a number of five digits in base three. Computing its digits takes 110 µs for 350 tokens; its quotients by
    1, 3, ... 81 take 20 µs, and each digit is the difference of two of them.
    """
    rows = np.empty((len(codes), _DIGITS * _BYTES), np.float32)
    for place, middle in enumerate(_MIDDLES):
        rows[:, place * _BYTES : (place + 1) * _BYTES] = (codes - middle).view(np.int8)
        codes = codes // 3
    return rows


def columns(tokens: NDArray[np.int8]) -> NDArray[np.float32]:
    """Return the vectors of a question's tokens as columns, for products with `levels`."""
    turned = np.zeros((_DIGITS * _BYTES, len(tokens)), np.float32)
    turned[:_SIZE] = turn(tokens).T
    turned[_BYTES:] -= 3 * turned[:-_BYTES]  # a digit is a level less three times the next one
    return turned
