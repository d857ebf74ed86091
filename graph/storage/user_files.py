"""Files in the home folder: its folders, and those that a user of a server has sent, with copies for other machines."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from graph.access import Scope

if TYPE_CHECKING:
    from graph.storage.shared_derived import SharedDerived
    from graph.storage.shared_uploads import Noted, SharedUploads

ALL = "all"
"""The owner of what the local user has uploaded."""


class HomeFolders:
    """The folders of files in a home folder."""

    home: Path

    @property
    def originals(self) -> Path:
        """The folder of copies of files that were uploaded to another machine."""
        return self.home / "cache" / "files"

    @property
    def downloads(self) -> Path:
        """The folder of fetched files, each in a folder named by its document's id."""
        return self.home / "downloads"

    @property
    def uploads(self) -> Path:
        """The folder of files uploaded to the server, each in a folder named by its document's id."""
        return self.home / "uploads"

    def of_users(self) -> list[Path]:
        """Return the folders of files that users of a server have uploaded, attached or had fetched."""
        return [folder for name in ("uploads", "downloads") for folder in self.home.glob(f"users/*/{name}")]

    @property
    def derived(self) -> Path:
        """Files made from documents (PDFs of Office files, attachments), in a folder for each document."""
        return self.home / "derived"


class _Home(Protocol):
    """The part of `graph.storage.stores.HomeStores` that these files need; that module imports this one."""

    home: Path

    @property
    def downloads(self) -> Path: ...
    @property
    def uploads(self) -> Path: ...
    @property
    def shared_uploads(self) -> SharedUploads | None: ...
    @property
    def shared_derived(self) -> SharedDerived | None: ...


class UserFiles:
    """Uploads and attachments of one user.

    Args:
        opened: The home folder.
        scope: What the user may see and change.
    """

    def __init__(self, opened: _Home, scope: Scope) -> None:
        self._files, self.scope, self.home = opened, scope, opened.home

    @property
    def downloads(self) -> Path:
        """The folder of fetched and attached files; each user has one, whose references work for no other user."""
        return self._own("downloads") if self.scope.who else self._files.downloads

    @property
    def uploads(self) -> Path:
        """The folder of files uploaded to the server; each user has one."""
        return self._own("uploads") if self.scope.who else self._files.uploads

    def share_upload(self, path: Path, name: str, digest: str) -> None:
        """Store a file for all machines as an upload of this user, where they share files."""
        if shared := self._files.shared_uploads:
            shared.put(self._owner, path, name, digest)

    def fetch_upload(self, document: str, name: str) -> None:
        """Copy a file that this user has uploaded to another machine into the folder of uploads, if there is one."""
        if shared := self._files.shared_uploads:
            shared.fetch(self._owner, document, name, self.uploads / document / name)

    def shared_list(self, document: str = "", *, but: Callable[[str], bool] = lambda _: False) -> list[Noted] | None:
        """Return this user's uploads on all machines; None where machines share no files.

        Args:
            document: The id of the only document wanted; "" for all.
            but: Returns True for the ids of documents to leave out.
        """
        shared = self._files.shared_uploads
        return shared.listed(self._owner, document, but=but) if shared else None

    def forget_upload(self, document: str) -> None:
        """Remove this user's upload from the shared store of files."""
        if shared := self._files.shared_uploads:
            shared.forget(self._owner, document)

    def share_attachment(self, reference: str) -> None:
        """Store a file that this user has attached, `<document id>/<name>`, for all machines that share files."""
        if (shared := self._files.shared_uploads) and (path := self.downloads / reference).is_file():
            from graph.storage.shared_uploads import ATTACHED

            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            shared.put(self._owner, path, path.name, digest, ATTACHED)

    def fetch_attachment(self, reference: str) -> None:
        """Copy a file that this user has attached on another machine to the folder of such files, if there is one."""
        document, _, name = reference.partition("/")
        if (shared := self._files.shared_uploads) and not (path := self.downloads / document / name).is_file():
            from graph.storage.shared_uploads import ATTACHED

            shared.fetch(self._owner, document, name, path, ATTACHED)

    def share_part(self, path: Path) -> None:
        """Store a file that was attached to a document for all machines that share files."""
        if shared := self._files.shared_derived:
            shared.put_attachment(path)

    def fetch_part(self, document: str, to: Path) -> None:
        """Copy a file that was attached to a document, by its own id, to a path of this machine, if it is stored."""
        if (shared := self._files.shared_derived) and not to.is_file():
            shared.fetch_attachment(document, to)

    def share_pdf(self, document: str, path: Path) -> None:
        """Store the PDF that was made of an Office file for all machines that share files."""
        if shared := self._files.shared_derived:
            shared.put_pdf(document, path)

    def fetch_pdf(self, document: str, to: Path) -> None:
        """Copy the PDF that another machine made of an Office file to a path of this one, if it is stored."""
        if (shared := self._files.shared_derived) and not to.is_file():
            shared.fetch_pdf(document, to)

    @property
    def _owner(self) -> str:
        return self._user or ALL

    @property
    def _user(self) -> str:
        # A hash of the name: it may hold characters that a path cannot, and some file systems ignore case.
        return hashlib.sha256(self.scope.who.encode()).hexdigest()[:16] if self.scope.who else ""

    def _own(self, name: str) -> Path:
        return self.home / "users" / self._user / name
