"""Page images in a store of blobs that several machines share, with a cache on this one."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from graph.errors import FilesError
from graph.storage.blobs import YOUNG, Blobs
from graph.storage.page_images import FilePageImages

PAGES = "pages"
"""The kind of the blobs."""
_CACHE_BYTES = 1 << 30  # 5,000 page images of 0.2 MB
_OLDEST_S = 30 * 86400  # an image deleted on another machine stays in this cache for a month after it was last shown
_DOWN_S = 30  # a store that does not answer takes a minute to fail: the next pages do not wait for it one by one
_SWEPT_EVERY = 200  # images after which the cache is measured: a walk over 5,000 files takes 30 ms


class SharedPageImages:
    """Page images by the hash of their bytes; what is read or written here is also kept in a folder of this machine.

    Args:
        blobs: Where the images are.
        cache: A folder for copies, bounded in bytes.
        former: Images stored before the address was set; only read.
        cache_bytes: The bound.
        young: The age under which an image that is deleted stays for the sweep.
    """

    def __init__(
        self,
        blobs: Blobs,
        cache: Path,
        former: FilePageImages,
        cache_bytes: int = _CACHE_BYTES,
        young: timedelta = YOUNG,
    ) -> None:
        self._blobs, self._folder, self._former, self._most = blobs, cache, former, cache_bytes
        self._cache, self._unswept = FilePageImages(cache), _SWEPT_EVERY
        self._young = young
        self._down, self._down_until = "", 0.0

    def put(self, png: bytes) -> str:
        """Store an image for all machines and return its key; the same bytes are stored once."""
        if time.monotonic() < self._down_until:
            raise FilesError(self._down)
        try:
            key = self._blobs.put(PAGES, png)
        except FilesError as error:
            self._down, self._down_until = str(error), time.monotonic() + _DOWN_S
            raise
        self._keep(png)
        return key

    def get(self, key: str) -> bytes:
        """Return an image; KeyError if it is not stored."""
        for folder in (self._cache, self._former):
            try:
                return folder.get(key)
            except KeyError:
                continue
        png = self._blobs.get(PAGES, key)
        self._keep(png)
        return png

    def delete(self, key: str) -> None:
        """Delete an image if it is stored; copies on other machines go when their cache is full.

        One that was stored within a day stays in the store until it is swept: another process may be reading a page
        that looks the same.
        """
        for folder in (self._cache, self._former):
            folder.delete(key)
        with suppress(FilesError):  # the sweep deletes it
            self._blobs.delete(PAGES, key, self._young)

    def keep_only(self, keys: Collection[str]) -> None:
        """Delete copies of other images from this machine; the shared store, which others use, is left alone."""
        self._cache.keep_only(keys)
        self._former.keep_only(keys)

    def sweep(self, known: Callable[[], Collection[str]]) -> int:
        """Delete the images that were stored a day ago or before and have no page; return how many.

        Args:
            known: Returns the keys of all images that have one.
        """
        orphans = set(self._blobs.old(PAGES, self._young)).difference(
            known()
        )  # asked after the listing: what got a page meanwhile is known
        for key in orphans:
            self._blobs.delete(PAGES, key, self._young)  # looks at its age again: it may have been stored again
            self._cache.delete(key)
        return len(orphans)

    def _keep(self, png: bytes) -> None:
        self._cache.put(png)
        self._unswept += 1
        if self._unswept >= _SWEPT_EVERY:
            self._unswept = 0
            sweep_copies(self._folder, "??/*.png", self._most)


def sweep_copies(folder: Path, pattern: str, most: int) -> None:
    """Delete copies that are older than a month, and the oldest until nine tenths of the bound are left."""
    files, left = list[tuple[os.stat_result, Path]](), 0
    for file in folder.glob(pattern):
        try:
            stat = file.stat()
        except OSError:
            continue  # another process sweeps too
        if stat.st_mtime < time.time() - _OLDEST_S:
            file.unlink(missing_ok=True)
        else:
            files.append((stat, file))
            left += stat.st_size
    if left <= most:
        return
    for stat, file in sorted(files, key=lambda one: one[0].st_mtime):
        file.unlink(missing_ok=True)
        left -= stat.st_size
        if left <= most * 0.9:
            return
