"""Files that `pagewitness ask` writes of an answer: its proof as a PDF, and exports as Markdown, JSON or BibTeX."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.errors import BadInputError

if TYPE_CHECKING:
    from graph.cli.clients.base import Client


def check(proof: Path | None, exports: Sequence[Path]) -> None:
    """Raise BadInputError for a file that cannot be written or has no known ending, before anything is asked."""
    from graph.export.texts import WRITERS

    for path in exports:
        if path.suffix.lower() not in WRITERS:
            raise BadInputError(f"{str(path)!r} has no known ending: name a file in {', '.join(WRITERS)}.")
    for path in [*exports, *([proof] if proof else [])]:
        if not path.parent.is_dir():
            raise BadInputError(f"{str(path)!r} cannot be written: there is no folder {str(path.parent)!r}.")


def write(client: Client, answer: Mapping[str, Any], proof: Path | None, exports: Sequence[Path]) -> list[str]:
    """Write the files of an answer; return a sentence for each that says whether it was written.

    An answer without citations, such as a refusal, has no proof; this is no error.
    """
    from graph.export.texts import WRITERS

    said = []
    for path in exports:
        _write(path, WRITERS[path.suffix.lower()](answer).encode())
        said.append(f"The answer is now in {path}.")
    if proof and answer.get("citations"):
        _write(proof, client.proof(answer))
        said.append(f"The cited pages are now in {proof}.")
    elif proof:
        said.append(f"{proof} was not written, because the answer cites no page.")
    return said


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise BadInputError(f"{str(path)!r} cannot be written ({error.strerror}): name another file.") from error
