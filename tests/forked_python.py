"""Processes of our command that start from a process which has imported everything.

`python -m graph.cli ingest` spends 1.5 of its 2 CPU seconds on imports, and tests start it a hundred times. Here one
process for all workers of a run (`tests/fork_server.py`) imports once and forks. The result is a process as any
other: with its own number, arguments, environment, folder, streams and exit code, killed by signals. Tests of the start
of a process use `subprocess`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[1]
START_SECONDS = 300

# Libraries and the interpreter read these when they are imported, so that each combination has a server of its own.
_READ_AT_START = ("PYTHON", "LANG", "LC_", "OMP_", "TOKENIZERS_", "CHROMA_", "ANONYMIZED_")
_READ_LATER = ("PYTHONPATH", "PYTHONUNBUFFERED", "LANGSMITH_")
ALIKE = ("LANG", "LANGGRAPH_STRICT_MSGPACK")
"""Variables that an environment made by a test must have from its own, or a server is started for it alone: 3 CPU s."""
_OURS = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_")

_holders: dict[Path, socket.socket] = {}  # each keeps a server running until this process ends


class ForkedProcess:
    """A process that `start` began; its members do what those of `subprocess.Popen` do."""

    def __init__(self, connection: socket.socket, pid: int, pipes: list[IO[Any] | None]) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdin, self.stdout, self.stderr = pipes
        self._connection, self._lock = connection, threading.Lock()
        self._read: dict[int, tuple[threading.Thread, list[Any]]] = {}

    def __enter__(self) -> ForkedProcess:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe:
                pipe.close()
        self.wait()

    def poll(self) -> int | None:
        """Return the exit code, None while the process runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code when the process has ended; minus the signal that ended it."""
        with self._lock:
            if self.returncode is None:
                self._connection.settimeout(timeout)
                try:
                    said = self._connection.recv(64)
                except (TimeoutError, BlockingIOError):
                    raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0) from None
                self._connection.close()
                self.returncode = int(said)  # nothing where the server was killed: an error
            return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, timeout: float | None = None) -> tuple[Any, Any]:
        """Return all that the process writes to its pipes, when it has ended."""
        end = None if timeout is None else time.monotonic() + timeout
        if self.stdin:
            self.stdin.close()
        said: list[Any] = []
        for at, pipe in enumerate((self.stdout, self.stderr)):
            said.append(None if pipe is None else self._whole(at, pipe, end))
        self.wait(None if end is None else max(0.0, end - time.monotonic()))
        return said[0], said[1]

    def _whole(self, at: int, pipe: IO[Any], end: float | None) -> Any:
        for number, one in enumerate((self.stdout, self.stderr)):  # both at once: a full pipe would stop the process
            if one is not None and number not in self._read:
                held: list[Any] = []
                thread = threading.Thread(target=_read_all, args=(one, held), daemon=True)
                self._read[number] = thread, held
                thread.start()
        thread, held = self._read[at]
        thread.join(None if end is None else max(0.0, end - time.monotonic()))
        if thread.is_alive():
            raise subprocess.TimeoutExpired(f"process {self.pid}", 0)
        return held[0]


def _read_all(pipe: IO[Any], held: list[Any]) -> None:
    with pipe:
        held.append(pipe.read())


def start(
    arguments: Sequence[str | Path], *, cwd: str | Path | None = None, env: Mapping[str, str] | None = None,
    stdin: int | IO[Any] | None = None, stdout: int | IO[Any] | None = None, stderr: int | IO[Any] | None = None,
    text: bool = False, start_new_session: bool = False,
) -> ForkedProcess:  # fmt: skip
    """Start Python with `arguments`: `-m` and a module, `-c` and code, or a script, and the arguments of these.

    The rest is as for `subprocess.Popen`.
    """
    variables = dict(os.environ if env is None else env)
    ours: list[IO[Any] | None] = []
    with contextlib.ExitStack() as stack:
        theirs: list[int] = []
        for number, given in enumerate((stdin, stdout, stderr)):
            mine, fd = _stream(number, given, theirs, stack, text)
            ours.append(mine)
            theirs.append(fd)
        request = {
            "arguments": [str(one) for one in arguments], "cwd": str(cwd or Path.cwd()), "env": variables,
            "session": start_new_session,
        }  # fmt: skip
        connection = _connect(variables)
        message = json.dumps(request).encode()
        socket.send_fds(connection, [f"{len(message):<12}".encode()], theirs)
        connection.sendall(message)
        pid = int(connection.recv(12))
    return ForkedProcess(connection, pid, ours)


def run(
    arguments: Sequence[str | Path], *, capture_output: bool = False, check: bool = False,
    timeout: float | None = None, text: bool = True, **given: Any,
) -> subprocess.CompletedProcess[Any]:  # fmt: skip
    """Run Python as `start` says until it ends; otherwise as `subprocess.run`."""
    if capture_output:
        given |= {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    process = start(arguments, text=text, **given)
    try:
        out, err = process.communicate(timeout)
    except BaseException:
        process.kill()
        raise
    done = subprocess.CompletedProcess(list(arguments), process.wait(), out, err)
    if check:
        done.check_returncode()
    return done


def _stream(
    number: int, given: int | IO[Any] | None, theirs: list[int], stack: contextlib.ExitStack, text: bool
) -> tuple[IO[Any] | None, int]:
    """Return our end of a pipe, if it is one, and what the process gets as its stream `number`."""
    if given is None:
        return None, number
    if given == subprocess.STDOUT:
        return None, theirs[1]
    if given == subprocess.DEVNULL:
        return None, stack.enter_context(Path(os.devnull).open("r+b")).fileno()
    if given != subprocess.PIPE:
        return None, given if isinstance(given, int) else given.fileno()
    read, write = os.pipe()
    fd, mine = (read, write) if number == 0 else (write, read)
    stack.callback(os.close, fd)
    return os.fdopen(mine, ("w" if number == 0 else "r") + ("" if text else "b")), fd


def _connect(variables: Mapping[str, str]) -> socket.socket:
    """Return a connection to the server of these variables; it is started if there is none."""
    kept = {k: v for k, v in variables.items() if k.startswith(_READ_AT_START) and not k.startswith(_READ_LATER)}
    key = hashlib.sha256(json.dumps(sorted(kept.items())).encode()).hexdigest()[:10]
    run_id = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))[:12]
    path = Path(tempfile.gettempdir()) / f"pagewitness-forks-{run_id}-{key}"
    if path not in _holders:
        _holders[path] = _hold(path, kept)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    return connection


def _hold(path: Path, kept: Mapping[str, str]) -> socket.socket:
    """Return a connection that keeps the server at `path` running."""
    others = (*_READ_AT_START, *_OURS)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    environment |= {**kept, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        holder = socket.socket(socket.AF_UNIX)
        try:
            holder.connect(str(path))
            holder.sendall(b"0".ljust(12))
            if holder.recv(12):
                return holder
        except OSError:
            pass
        holder.close()
        # It goes on in the background once it listens, and ends at once where another listens there already.
        subprocess.run(
            [sys.executable, "-m", "tests.fork_server", str(path)], cwd=ROOT, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
    raise TimeoutError(f"The server at {path} did not start.")
