"""Vectors of 16-bit floats in the binary form of pgvector's `halfvec`, in which they are sent and read.

As text a vector of 384 numbers takes the program 160 microseconds to write and the database 60 to read; in this form
both take less than 20 together.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import numpy as np

from graph.storage.postgres.database import Binary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from graph.storage.base import Vectors


def halfvec(vector: Vectors) -> Binary:
    """Return a vector of shape (dimensions,) as a `halfvec`."""
    return Binary(_packed(vector[np.newaxis])["value"].tobytes())


def halfvecs(vectors: Vectors, type_id: int) -> Binary:
    """Return vectors of shape (n, dimensions) as a `halfvec[]`; `type_id` is the oid of `halfvec` in the database."""
    # One dimension, no nulls, the type of the elements; then the length of the dimension and its first index.
    return Binary(struct.pack(">iiIii", 1, 0, type_id, len(vectors), 1) + _packed(vectors).tobytes())


def numbers_of(stored: bytes) -> NDArray[np.float32]:
    """Return the vector, of shape (dimensions,), that is in the bytes of a `halfvec`."""
    return np.frombuffer(stored, ">f2", offset=4).astype(np.float32)


def _packed(vectors: Vectors) -> NDArray[np.void]:
    """Return the elements of an array in their binary form: the length in bytes of each, and its value."""
    dimensions = vectors.shape[1]
    value = np.dtype([("dimensions", ">i2"), ("unused", ">i2"), ("numbers", ">f2", (dimensions,))])
    packed = np.zeros(len(vectors), [("length", ">i4"), ("value", value)])
    packed["length"], packed["value"]["dimensions"] = value.itemsize, dimensions
    packed["value"]["numbers"] = vectors
    return packed
