"""Description of the machine of a measurement, and a clean environment for measured processes."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from graph.runtime import process
from loaders.pages.cpu import cores

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared"
_LIBRARIES = ("langgraph", "langchain-core", "langgraph-api", "chromadb", "onnxruntime", "pymupdf", "rapidocr")
_BLOCK = 2**24
_OURS = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_", "LANGSMITH_", "LANGCHAIN_", "LANGGRAPH_")


def described() -> dict[str, Any]:
    """Return the machine, its load, and the versions of the libraries that take the time."""
    return {
        "cores": cores(), "processor": _processor(), "load": [round(one, 2) for one in os.getloadavg()],
        "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version(),
        "versions": {name: version(name) for name in _LIBRARIES}, "commit": _commit(),
        "made": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }  # fmt: skip


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a measured process: a home folder and this code, no keys, settings or proxies.

    Bytecode is kept as it is for users: without it each start takes seconds longer.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OURS) and not name.lower().endswith("_proxy") and name != "PYTHONDONTWRITEBYTECODE"
    }
    ours = {"PAGEWITNESS_HOME": str(home), "LANGSMITH_TRACING": "false", "PYTHONPATH": str(ROOT)}
    ours["OPENBLAS_NUM_THREADS"] = "1"  # as the command line and the server have it
    return kept | ours | more


def settle(values: Mapping[str, str]) -> None:
    """Set this process's environment, and its garbage collection as in the command and the server."""
    os.environ.clear()
    os.environ.update(values)
    process.configure_gc(pause=False)


def awaken(folder: Path) -> None:
    """Read all files below a folder, so that the system has them in memory like those of a library in use.

    Virtual machines may take that memory away again within a minute.
    """
    for path in filter(Path.is_file, folder.rglob("*")):
        with path.open("rb") as file:
            while file.read(_BLOCK):
                pass


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    found = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(found, platform.machine())


_PAGES = (":!docs/performance.json", ":!docs/performance.md", ":!docs/images/performance-*.svg")


def _commit() -> str:
    """Return the short commit, with "-dirty" if a tracked file differs from it but for the page of the benchmarks."""
    commit = _git("rev-parse", "--short=8", "HEAD")
    changed = commit and _git("status", "--porcelain", "--untracked-files=no", "--", ".", *_PAGES)
    return f"{commit}-dirty" if changed else commit or "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()
