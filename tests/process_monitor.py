"""Memory and CPU time of a process and all its children, sampled while it runs."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil


def own_memory(process: psutil.Process) -> int:
    """Return the bytes that a process holds, without files; what forked processes share counts once in their sum."""
    try:
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss_Anon:"))
    except (OSError, StopIteration):  # another system, or one that has just ended
        info = process.memory_info()
        return int(info.rss - getattr(info, "shared", 0))


@dataclass
class ProcessUsage:
    """Peak private memory in MB, and the CPU seconds of each process seen."""

    megabytes: int = 0
    _work: dict[int, float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """CPU seconds of all processes together."""
        return sum(self._work.values())

    def look(self, pid: int) -> None:
        """Sample memory and CPU time once."""
        held = 0
        try:
            parent = psutil.Process(pid)
            for one in (parent, *parent.children(recursive=True)):
                with one.oneshot():
                    held, times = held + own_memory(one), one.cpu_times()
                self._work[one.pid] = times.user + times.system
        except psutil.Error:
            return
        self.megabytes = max(self.megabytes, held // 2**20)


def monitor(process: subprocess.Popen[bytes] | subprocess.Popen[str], seconds: float) -> ProcessUsage:
    """Sample a process every 0.1 s until it ends; kill it after `seconds`."""
    deadline, usage = time.monotonic() + seconds, ProcessUsage()
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
        usage.look(process.pid)
        time.sleep(0.1)
    return usage
