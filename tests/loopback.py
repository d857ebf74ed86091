"""The loopback network device, on which the tests' own servers live: its state, and its ports.

A new network namespace, for example under `unshare -n`, has a loopback device, but down.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import struct
from collections.abc import Iterator
from functools import cache
from itertools import cycle

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP of Linux
_REQUEST = "16sh22x"  # struct ifreq: the device's name, its flags, the rest of a union
_FIRST_PORT, _PORTS, _RANGES = 15_000, 2_000, 8


def free_port() -> int:
    """Return a port at which nothing listens, for a server that is about to start.

    It is below 32768, where the system's own choice begins: another process's next connection or server could have such
    a port before the server has. Each worker of a run has a range of its own, and gives each port once in a long time.
    """
    for port in _own_ports():
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:  # taken
            continue
        return port
    raise AssertionError


@cache
def _own_ports() -> Iterator[int]:
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first, offset = _FIRST_PORT + worker % _RANGES * _PORTS, random.randrange(_PORTS)
    return cycle([first + (offset + number) % _PORTS for number in range(_PORTS)])


def raise_loopback() -> None:
    """Switch the loopback device on if it is off.

    Raises:
        RuntimeError: It is off, and this process may not switch it on.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        try:
            _, flags = struct.unpack(_REQUEST, fcntl.ioctl(handle, _GET_FLAGS, struct.pack(_REQUEST, b"lo", 0)))
            if not flags & _UP:
                fcntl.ioctl(handle, _SET_FLAGS, struct.pack(_REQUEST, b"lo", flags | _UP))
        except PermissionError as error:
            raise RuntimeError("The loopback device is down: `ip link set lo up` switches it on.") from error
        except OSError:
            return  # no Linux, or a device of another name: the tests fail if there is no loopback
