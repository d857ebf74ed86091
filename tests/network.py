"""A network of machines on this one: network namespaces on a bridge, whose links can be cut. Needs root and iproute2.

    with network("worker", "database") as (worker, database):
        process = worker.start([sys.executable, "-m", "graph.cli", "doctor"])
        with worker.cut_off():
            ...

A thread inside a machine opens its sockets there, and so do the processes and threads that it starts.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_NETWORK_NAMESPACE = 0x40000000  # CLONE_NEWNET
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Machine:
    """A network namespace: its name, its address, and the end of its cable at the bridge."""

    name: str
    address: str
    cable: str

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Put the calling thread into the machine's network within the block."""
        with open(f"/proc/{os.getpid()}/task/{_thread()}/ns/net") as before:
            with open(f"/run/netns/{self.name}") as here:
                _enter(here.fileno())
            try:
                yield
            finally:
                _enter(before.fileno())

    def start(self, command: Sequence[str], **given: Any) -> subprocess.Popen[str]:
        """Start a process in the machine."""
        with self.inside():
            return subprocess.Popen(command, text=True, **given)

    @contextmanager
    def cut_off(self, at_least_s: float = 0.0) -> Iterator[None]:
        """Take the link down within the block, for some seconds at least: nothing arrives, and nothing is refused."""
        begun = time.monotonic()
        _ip("link", "set", self.cable, "down")
        try:
            yield
            time.sleep(max(0.0, begun + at_least_s - time.monotonic()))
        finally:
            _ip("link", "set", self.cable, "up")


@contextmanager
def network(*names: str) -> Iterator[list[Machine]]:
    """Make a bridge with a machine for each name, which this one reaches too; skip the test where it is forbidden."""
    if os.geteuid() or not shutil.which("ip"):
        pytest.skip("network namespaces need root and `ip` (iproute2)")
    prefix = f"pw{os.getpid() % 100_000}x{next(_numbers)}"
    subnet = f"198.18.{random.randrange(256)}"  # of the range for tests of networks (RFC 2544)
    with ExitStack() as made:
        try:
            _ip("link", "add", bridge := f"{prefix}b", "type", "bridge")
            made.callback(_ip, "link", "del", bridge)
            _ip("addr", "add", f"{subnet}.1/24", "dev", bridge)
            _ip("link", "set", bridge, "up")
            _pass_firewall(made, bridge)
            machines = [_added(made, bridge, prefix, number, subnet) for number in range(2, 2 + len(names))]
        except (subprocess.CalledProcessError, OSError) as error:
            told = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
            pytest.skip(f"network namespaces cannot be made here: {told.strip()}")
        yield machines


def _pass_firewall(made: ExitStack, bridge: str) -> None:
    """Let the machines reach each other where Docker has been started: its rules drop what crosses other bridges."""
    if not shutil.which("iptables"):
        return
    rule = ("FORWARD", "-i", bridge, "-j", "ACCEPT")
    if not subprocess.run(["iptables", "-w", "-I", *rule], capture_output=True, check=False, timeout=60).returncode:
        made.callback(subprocess.run, ["iptables", "-w", "-D", *rule], capture_output=True, check=False, timeout=60)


def _added(made: ExitStack, bridge: str, prefix: str, number: int, subnet: str) -> Machine:
    machine = Machine(f"{prefix}n{number}", f"{subnet}.{number}", f"{prefix}c{number}")
    _ip("netns", "add", machine.name)
    made.callback(_ip, "netns", "del", machine.name)
    _ip("link", "add", machine.cable, "type", "veth", "peer", "name", "eth0", "netns", machine.name)
    _ip("link", "set", machine.cable, "master", bridge, "up")
    for told in (
        ("addr", "add", f"{machine.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
        ("link", "set", "lo", "up"),
    ):  # fmt: skip
        _ip("-n", machine.name, *told)
    with machine.inside():  # raises an OSError where this is forbidden
        pass
    return machine


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True, timeout=60)


def _thread() -> int:
    return int(Path("/proc/thread-self").readlink().name)


def _enter(namespace: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(namespace, _NETWORK_NAMESPACE):
        raise OSError(ctypes.get_errno(), f"setns: {os.strerror(ctypes.get_errno())}")
