"""The server that `tests/forked_python.py` asks for processes: it imports everything once, and forks."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import runpy
import selectors
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

IMPORTED = (
    "chromadb.api.rust", "google.genai", "graph.app", "graph.cli.commands", "graph.cli.output",
    "graph.engines.offline.engine", "graph.export.texts", "graph.verification.claims.check", "langchain_chroma",
    "loaders.chunking.chunker", "PIL.Image", "pebble", "tokenizers", "web.app",
)  # fmt: skip
"""Modules that our commands, scripts and server import; none that starts a thread, as onnxruntime and MuPDF do, nor
`langgraph_api`, which reads the environment."""


class Server:
    """Forks a process for each request, and sends the client its exit code."""

    def __init__(self, listener: socket.socket, path: str) -> None:
        self.listener, self.path = listener, path
        self.base = sys.path[1 + len(os.environ["PYTHONPATH"].split(os.pathsep)) :]
        self.children: dict[int, socket.socket] = {}
        self.holders: list[socket.socket] = []
        self.events = selectors.DefaultSelector()

    def serve(self) -> dict[str, Any] | None:
        """Serve until no connection holds this server (None); in a forked process return the request to run."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.events.register(self.listener, selectors.EVENT_READ)
        self.events.register(woken, selectors.EVENT_READ)
        begun = False
        while self.holders or self.children or not begun:
            for key, _ in self.events.select():
                if key.fileobj is self.listener:
                    request = self.accept()
                    begun = True
                    if request is not None:
                        return request
                elif key.fileobj == woken:
                    with contextlib.suppress(BlockingIOError):
                        os.read(woken, 4096)
                    self.reap()
                else:  # a holder has gone
                    self.events.unregister(key.fileobj)
                    self.holders.remove(key.fileobj)  # type: ignore[arg-type]
                    key.fileobj.close()  # type: ignore[union-attr]
        return None

    def accept(self) -> dict[str, Any] | None:
        """Take one connection; return the request in the process that is to carry it out."""
        connection = self.listener.accept()[0]
        head, fds, _, _ = socket.recv_fds(connection, 12, 3)
        size = int(head or 0)
        if not size:
            for fd in fds:
                os.close(fd)
            self.holders.append(connection)
            self.events.register(connection, selectors.EVENT_READ)
            connection.sendall(b"held")
            return None
        with connection.makefile("rb", buffering=0) as stream:
            message = b""
            while len(message) < size:
                message += stream.read(size - len(message)) or b""
        pid = os.fork()
        if not pid:
            self.become(connection, fds)
            return {**json.loads(message), "base": self.base}
        for fd in fds:
            os.close(fd)
        connection.sendall(f"{pid:<12}".encode())
        self.children[pid] = connection
        return None

    def reap(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                connection = self.children.pop(ended[0])
                with contextlib.suppress(OSError):
                    connection.sendall(str(os.waitstatus_to_exitcode(ended[1])).encode())
                connection.close()

    def become(self, connection: socket.socket, fds: list[int]) -> None:
        """Give the forked process its streams, and close the server's."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.events.close()
        for one in (self.listener, connection, *self.holders, *self.children.values()):
            one.detach()
        for number, fd in enumerate(fds):
            os.dup2(fd, number)
        os.closerange(3, 4096)


def listen(path: str) -> socket.socket | None:
    """Return a socket that listens, in the background; None where another server has the path."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
    except OSError:
        return None
    listener.listen(64)
    if os.fork():
        os._exit(0)
    os.setsid()
    return listener


def carry_out(request: dict[str, Any]) -> None:
    """Run the requested module, code or script as the interpreter does at its start."""
    if request["session"]:
        os.setsid()
    os.chdir(request["cwd"])
    sys.modules["graph.settings"]._FOLDER = Path.cwd()  # as in a process that imports it now
    os.environ.clear()
    os.environ.update(request["env"])
    _open_streams()
    kind, *rest = request["arguments"]
    given = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
    first = {"-m": request["cwd"], "-c": ""}.get(kind, str(Path(kind).resolve().parent))
    sys.path[:] = [first, *given, *request["base"]]
    sys.argv[:] = ["-c", *rest[1:]] if kind == "-c" else rest if kind == "-m" else request["arguments"]
    if kind == "-m":
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        runpy.run_path(kind, run_name="__main__")


def _open_streams() -> None:
    """Open the standard streams again, as the interpreter does at its start."""
    unbuffered = bool(os.environ.get("PYTHONUNBUFFERED"))
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        was = getattr(sys, name)
        stream = io.TextIOWrapper(
            open(number, "wb" if number else "rb", closefd=False),  # noqa: SIM115  # as long as the process
            was.encoding, was.errors, line_buffering=number == 2 or os.isatty(number), write_through=unbuffered,
        )  # fmt: skip
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def main() -> None:
    listener = listen(sys.argv[1])
    if listener is None:
        return
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    request = Server(listener, sys.argv[1]).serve()
    if request is None:
        Path(sys.argv[1]).unlink()
        os._exit(0)
    carry_out(request)


if __name__ == "__main__":
    main()
