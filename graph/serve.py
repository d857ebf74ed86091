"""Starting the LangGraph development server on this project, with the flags that matter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from graph.errors import BadInputError
from graph.settings import settings

_RUNS = 20
"""Runs at once, so that readings of whole shelves leave room for questions; most of the time a run waits."""

_CONFIG = Path(__file__).resolve().parent.parent / "langgraph.json"


def serve(host: str, port: int) -> int:
    """Run the server until it is stopped; returns its exit code.

    Several runs may go on at once (it would take one by one otherwise); nothing is sent to anybody unless asked for.
    """
    if not _CONFIG.is_file():
        raise BadInputError(
            f"{_CONFIG} is missing: `serve` needs a checkout of the repository; clone it and run there."
        )
    environment = {"LANGGRAPH_CLI_NO_ANALYTICS": "1", "LANGSMITH_TRACING": "false", **os.environ}
    environment["PAGEWITNESS_SERVED"] = "1"
    now = settings()
    if not now.allowed_folders:
        environment["PAGEWITNESS_ALLOWED_FOLDERS"] = str(_CONFIG.parent / "examples")
    if host not in ("127.0.0.1", "::1", "localhost") and not now.server_token:
        sys.stderr.write(
            f"Whoever reaches {host}:{port} can read and delete your documents: set PAGEWITNESS_SERVER_TOKEN.\n"
        )
    command = [
        sys.executable, "-m", "langgraph_cli", "dev", "--config", str(_CONFIG), "--host", host, "--port", str(port),
        "--no-browser", "--n-jobs-per-worker", str(_RUNS),
    ]  # fmt: skip
    sys.stderr.write(f"The reading room: http://{host}:{port}/room\n")
    with subprocess.Popen(command, env=environment) as server:
        # Whoever ends this process by `kill` or a service manager means the server, which would go on without it.
        signal.signal(signal.SIGTERM, lambda *_: server.terminate())
        try:
            return server.wait()
        except KeyboardInterrupt:
            return 0
