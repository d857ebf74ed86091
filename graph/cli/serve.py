"""Starting the LangGraph development server on this project, with the flags that matter."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from graph.errors import BadInputError
from graph.settings import for_libraries, settings

_ROOT = Path(__file__).resolve().parents[2]
_CONFIG = _ROOT / "langgraph.json"
_WATCHED = ("graph", "loaders", "web")  # prompts are read anew for each run
# Runs at once, so that readings of whole shelves leave room for questions; most of the time a run waits.
_RUNS_AT_ONCE = 20
# The server gives this to every run, also to those without a thread: nobody who runs one can do anything about it.
_UNTOLD = "ignore:`durability` has no effect:UserWarning"


def serve(host: str, port: int) -> int:
    """Run the server until it is stopped; returns its exit code.

    It is what `langgraph dev` starts, with what that has no flags for: several runs at once (it would take one by one),
    only our own folders watched (and not the home folder), and nothing asked of or told to anybody.
    """
    if not _CONFIG.is_file():
        raise BadInputError(
            f"{_CONFIG} is missing: `serve` needs a checkout of the repository; clone it and run there."
        )
    _check_port(host, port)
    _set_environment()
    if host not in ("127.0.0.1", "::1", "localhost") and not settings().server_token:
        sys.stderr.write(
            f"Whoever reaches {host}:{port} can read and delete your documents: set PAGEWITNESS_SERVER_TOKEN.\n"
        )
    sys.stderr.write(f"The reading room: http://{host}:{port}/room\n")
    sys.stderr.flush()
    # Both read the environment as they are imported.
    from langgraph_api.cli import run_server
    from langgraph_cli.config import validate_config_file

    config = validate_config_file(_CONFIG)
    run_server(
        host, port, reload=True, reload_dirs=[str(_ROOT / name) for name in _WATCHED],
        n_jobs_per_worker=_RUNS_AT_ONCE, graphs=config["graphs"], env=config["env"], auth=config["auth"],
        http=config["http"], webhooks=config["webhooks"],
    )  # fmt: skip
    return 0


def _set_environment() -> None:
    """What the server and its libraries are to find, unless the user has said otherwise."""
    now = settings()
    wanted = {
        **for_libraries(),
        "LANGSMITH_TRACING": "false",
        "LANGGRAPH_NO_VERSION_CHECK": "true",
        "LOG_COLOR": str(sys.stdout.isatty()).lower(),
        **os.environ,
        "PAGEWITNESS_SERVED": "1",
        "PYTHONWARNINGS": ",".join(filter(None, [os.environ.get("PYTHONWARNINGS", ""), _UNTOLD])),
    }
    if not now.allowed_folders:
        wanted["PAGEWITNESS_ALLOWED_FOLDERS"] = str(_ROOT / "examples")
    os.environ.update(wanted)


def _check_port(host: str, port: int) -> None:
    """The server would take another port by itself, and nobody would find the room."""
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
