"""A small proxy on loopback that gives each connection to the next of several servers, as a load balancer does."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field


@dataclass
class RoundRobin:
    """The proxy: its address, and how many connections each server was given."""

    url: str
    ports: list[int]
    given: Counter[int] = field(default_factory=Counter)

    def next_port(self) -> int:
        """Return the port of the server that a connection is given next."""
        self.ports.append(port := self.ports.pop(0))
        return port

    def connected(self) -> socket.socket:
        """Connect to the next server that accepts connections."""
        for _ in self.ports:
            port = self.next_port()
            with contextlib.suppress(OSError):
                server = socket.create_connection(("127.0.0.1", port))
                self.given[port] += 1
                return server
        raise OSError("no server accepts connections")


@contextlib.contextmanager
def round_robin(ports: Sequence[int], *, each_request: bool = False) -> Iterator[RoundRobin]:
    """Run the proxy in threads of this process until the block ends.

    With `each_request` a connection has one request, so that a client that would keep it has the next server each time.
    """
    with socket.create_server(("127.0.0.1", 0), backlog=200) as listener:
        made = RoundRobin(f"http://127.0.0.1:{listener.getsockname()[1]}", list(ports))

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    try:
                        server = made.connected()
                    except OSError:
                        client.close()
                        continue
                    for source, target, alone in ((client, server, each_request), (server, client, False)):
                        threading.Thread(target=_copy, args=[source, target, alone], daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield made
        listener.shutdown(socket.SHUT_RDWR)


def _copy(source: socket.socket, target: socket.socket, alone: bool) -> None:
    """Copy what one side sends until it ends; alone, a request asks to have its connection closed."""
    with contextlib.suppress(OSError):
        if alone:
            head = b""
            while b"\r\n\r\n" not in head and (part := source.recv(1 << 16)):
                head += part
            head = re.sub(rb"\r\nconnection:[^\r]*", b"", head, count=1, flags=re.IGNORECASE)
            target.sendall(head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        while part := source.recv(1 << 16):
            target.sendall(part)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
