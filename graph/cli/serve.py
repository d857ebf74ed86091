"""The `serve` command: starts the LangGraph development server on the graphs and routes of this package."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

from graph.errors import BadInputError, require_extra
from graph.runtime import process
from graph.settings import library_variables, settings

_ROOT = Path(__file__).resolve().parents[2]
# What langgraph.json says to `langgraph dev`, as package data: an installed package has no langgraph.json.
_CONFIG = Path(__file__).with_name("server.json")
# The folders of a checkout whose changes restart the server; prompts are read again for each run without that.
_RELOADED_FOLDERS = ("graph", "loaders", "web")
# Runs in parallel. Most of the time a run waits, and long ingestions must leave room for questions.
_MAX_PARALLEL_RUNS = 20
# The server passes `durability` to every run, also to runs without a thread, where users cannot change it.
_IGNORED_WARNING = "ignore:`durability` has no effect:UserWarning"


def serve(host: str, port: int) -> int:
    """Run the server until it is stopped; return its exit code.

    It is the server of `langgraph dev` with settings for which that command has no flags: several runs in parallel,
    reloading only when the code of a checkout changes (never in an installed package), no version check, and no tracing
    by default.

    Raises:
        BadInputError: The server is not installed, or cannot listen at this address.
    """
    require_extra("server", "`pagewitness serve`")
    _check_port(host, port)
    _set_environment()
    # Imported now, as it reads the environment at import.
    from langgraph_api.cli import run_server

    if host not in ("127.0.0.1", "::1", "localhost") and not settings().token:
        sys.stderr.write(
            f"Everyone who can reach {host}:{port} can read and delete your documents: set PAGEWITNESS_SERVER_TOKEN.\n"
        )
    sys.stderr.write(f"The reading room: http://{host}:{port}/room\n")
    sys.stderr.flush()
    checkout = _is_checkout()
    if checkout:
        process.freeze_gc()  # with reloading the server is a child process, and this one only waits
    folders = [str(_ROOT / name) for name in _RELOADED_FOLDERS] if checkout else None
    run_server(host, port, reload=checkout, reload_dirs=folders, n_jobs_per_worker=_MAX_PARALLEL_RUNS, **config())
    return 0


def config() -> dict[str, Any]:
    """Return the server's configuration: graphs, env, http, auth and webhooks, as in langgraph.json."""
    values: dict[str, Any] = json.loads(_CONFIG.read_text("utf-8"))
    return values


def _is_checkout() -> bool:
    """Return whether this code runs from a checkout of the repository, not from an installed package."""
    return (_ROOT / "langgraph.json").is_file()


def _set_environment() -> None:
    """Set the variables that the server and its libraries read; values that the user has set are kept."""
    wanted = {
        **library_variables(),
        "LANGSMITH_TRACING": "false",
        "LANGGRAPH_NO_VERSION_CHECK": "true",
        "LOG_COLOR": str(sys.stdout.isatty()).lower(),
        **os.environ,
        "PAGEWITNESS_SERVED": "1",
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS", ""), _IGNORED_WARNING])),
    }
    if not settings().allowed_folders and _is_checkout():
        wanted["PAGEWITNESS_ALLOWED_FOLDERS"] = str(_ROOT / "examples")
    os.environ.update(wanted)


def _check_port(host: str, port: int) -> None:
    """Raise BadInputError if the port is in use: the server would silently listen at another one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BadInputError(
                f"The server cannot listen at {host}:{port} ({error.strerror}): name another port with --port, or end "
                "what runs there."
            ) from error
