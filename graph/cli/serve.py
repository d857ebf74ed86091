"""The `serve` command: starts the LangGraph development server on the graphs and routes of this package."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import socket
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any

from graph import users
from graph.cli import thread_files
from graph.errors import BadInputError, require_extra
from graph.runtime import process
from graph.settings import library_variables, settings

_ROOT = Path(__file__).resolve().parents[2]
# What langgraph.json says to `langgraph dev`, as package data: an installed package has no langgraph.json.
_CONFIG = Path(__file__).with_name("server.json")
# The folders of a checkout whose changes restart the server; prompts are read again for each run without that.
_RELOADED_FOLDERS = ("graph", "loaders", "web")
# How long a stopping server waits for streams that clients still read, in seconds.
_GRACE_S = 5
# The server passes `durability` to every run, also to runs without a thread, where users cannot change it.
_IGNORED_WARNING = "ignore:`durability` has no effect:UserWarning"


def serve(host: str, port: int, *, reload: bool = False, verbose: bool = False) -> int:
    """Run the server until it is stopped; return its exit code.

    It is the server of `langgraph dev` with settings for which that command has no flags: one process, several runs in
    parallel, threads in the home folder, no version check, and no tracing by default.

    Args:
        host: The address to listen at.
        port: The port to listen at.
        reload: Restart when the code of a checkout changes; takes a second process, and keeps threads where it starts.
        verbose: Print the log of LangGraph's server too.

    Raises:
        BadInputError: The server is not installed, cannot listen at this address, or another one has the home folder.
    """
    require_extra("server", "`pagewitness serve`")
    users.check()
    _check_port(host, port)
    if reload and not _is_checkout():
        raise BadInputError("There is no code to watch in an installed package: leave out --reload.")
    _set_environment(verbose)
    warnings.filterwarnings("ignore", _IGNORED_WARNING.split(":")[1], UserWarning)
    started_in = Path.cwd()
    # A SIGTERM before the server has started, or after it has ended its runs (web/draining.py), is a clean end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), thread_files.lock(settings().home):
        _say_first(host, port)
        threading.Thread(target=_say_when_ready, args=[host, port, started_in], daemon=True).start()
        _run(host, port, reload)
    thread_files.remove_empty(started_in)
    return 0


def _run(host: str, port: int, reload: bool) -> None:
    """Run the server until it is stopped."""
    # Imported now, as it reads the environment at import.
    from langgraph_api.cli import run_server

    level = os.environ["LOG_LEVEL"].upper()
    logging.getLogger().setLevel(level)  # the import has changed it
    if level == "WARNING":
        # They log each error of a client and each slow import. The server sets their levels again, hence filters.
        for name in ("langgraph_api.server", "langgraph_api.timing.timer"):
            logging.getLogger(name).addFilter(lambda record: record.levelno >= logging.ERROR)
    if reload:
        process.freeze_gc()  # the server is a child process, and this one only waits
    else:
        thread_files.keep_in(settings().home)
    folders = [str(_ROOT / name) for name in _RELOADED_FOLDERS] if reload else None
    run_server(
        host, port, reload=reload, reload_dirs=folders, n_jobs_per_worker=settings().runs_at_once,
        timeout_graceful_shutdown=_GRACE_S, **config(),
    )  # fmt: skip


def _say_first(host: str, port: int) -> None:
    if host not in ("127.0.0.1", "::1", "localhost") and not (settings().token or users.configured()):
        sys.stderr.write(
            f"Everyone who can reach {host}:{port} can read and delete your documents: set PAGEWITNESS_SERVER_TOKEN.\n"
        )
    sys.stderr.write(f"PageWitness starts, with the home folder {settings().home}.\n")
    sys.stderr.flush()


def _say_when_ready(host: str, port: int, started_in: Path) -> None:
    """Print the address as soon as the server accepts connections there."""
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while True:
        with contextlib.suppress(OSError), socket.create_connection((reached, port), timeout=1):
            break
        time.sleep(0.05)
    thread_files.remove_empty(started_in)
    shown = f"[{host}]" if ":" in host else host
    sys.stderr.write(f"The reading room: http://{shown}:{port}/room  (Ctrl-C stops the server)\n")
    sys.stderr.flush()


def config() -> dict[str, Any]:
    """Return the server's configuration: graphs, env, http, auth and webhooks, as in langgraph.json."""
    values: dict[str, Any] = json.loads(_CONFIG.read_text("utf-8"))
    return values


def _is_checkout() -> bool:
    """Return whether this code runs from a checkout of the repository, not from an installed package."""
    return (_ROOT / "langgraph.json").is_file()


def _set_environment(verbose: bool) -> None:
    """Set the variables that the server and its libraries read; values that the user has set are kept."""
    asks_for_log = verbose or "LOG_JSON" in {**library_variables(), **os.environ}
    wanted = {
        **library_variables(),
        "LANGSMITH_TRACING": "false",
        "LANGGRAPH_NO_VERSION_CHECK": "true",
        # Only what `/metrics` shows: each answer also measured 17 latencies that no route shows, 4 % of its time.
        "METRIC_MAX_EMITTING_TIER": "1",
        "LOG_LEVEL": "INFO" if asks_for_log else "WARNING",
        "LOG_COLOR": str(sys.stdout.isatty()).lower(),
        **os.environ,
        "PAGEWITNESS_SERVED": "1",
        "PYTHONWARNINGS": ",".join(
            filter(None, [os.environ.get("PYTHONWARNINGS", ""), "ignore:`durability` has no effect:UserWarning"])
        ),
    }
    if users.proxy_headers():
        # Otherwise the HTTP server takes a client's address from a header, which anybody can write.
        wanted["FORWARDED_ALLOW_IPS"] = "none"
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
