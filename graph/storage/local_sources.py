"""Sources that are files of one machine, as a catalog that several share names them: `laptop:/data/report.pdf`.

The same path means another file on another machine. A catalog in a home folder, which one machine has, names a file by
its path alone, and so did shared catalogs of earlier versions: the machine that gives the path next takes it over.
"""

from __future__ import annotations

import os
import re
import socket
from functools import lru_cache
from pathlib import Path

from graph.settings import settings
from loaders.errors import SourceError

# Two letters or more: one letter before a colon is a drive of Windows.
_ON_MACHINE = re.compile(r"([\w.-]{2,}):(/(?!/).*|[A-Za-z]:[\\/].*)", re.DOTALL)
_UNUSUAL = re.compile(r"[^\w.-]+", re.ASCII)


def this_machine() -> str:
    """Return the name of this machine: that of the settings, or its host name."""
    return settings().machine or _host_name()


@lru_cache(maxsize=1)
def _host_name() -> str:
    name = _UNUSUAL.sub("-", socket.gethostname()).strip("-")
    return name if len(name) > 1 else f"host-{name or 1}"


def on_machine(path: str, machine: str) -> str:
    """Return the source of a file by its absolute path.

    Args:
        path: The path, or the path and the name of a file that is attached to that one.
        machine: The machine that has it; "" in a catalog of one machine, whose sources are paths.
    """
    return f"{machine}:{path}" if machine and _ON_MACHINE.fullmatch(f"{machine}:{path}") else path


def parted(source: str) -> tuple[str, str]:
    """Return the machine and the path of a source; "" and the source itself where it names no machine."""
    found = _ON_MACHINE.fullmatch(source)
    return (found[1], found[2]) if found else ("", source)


def path_of(source: str) -> str:
    """Return a source without the name of a machine."""
    return parted(source)[1]


def is_elsewhere(source: str) -> bool:
    """Return whether a source is a file of another machine than this one."""
    machine, _ = parted(source)
    return machine not in ("", this_machine())


def other_name(source: str) -> str:
    """Return how a catalog of the other kind names a file of this machine; "" for what is none.

    A library may be moved from a home folder to a shared catalog, and back.
    """
    if is_elsewhere(source) or not os.path.isabs(path_of(source)):
        return ""
    other = path_of(source)
    return other if other != source else on_machine(source, this_machine())


def elsewhere(source: str) -> SourceError:
    """Return the error for a file of another machine, which names both."""
    machine, path = parted(source)
    return SourceError(
        f"{path!r} is a file of the machine {machine!r}, and this is {this_machine()!r}: run the command there, or "
        "copy the file here and give the path of the copy."
    )


def path_here(source: str) -> Path | None:
    """Return the path of a source that may be a file of this machine; None for one of another machine."""
    return None if is_elsewhere(source) else Path(path_of(source))
