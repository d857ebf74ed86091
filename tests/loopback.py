"""The loopback network device, for a process without a network, for example under `unshare -n`.

A new network namespace has a loopback device, but down. The tests' own servers live on it; nothing else is touched.
"""

from __future__ import annotations

import fcntl
import socket
import struct

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP of Linux
_REQUEST = "16sh22x"  # struct ifreq: the device's name, its flags, the rest of a union


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
