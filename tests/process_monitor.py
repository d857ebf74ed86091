"""Memory and CPU time of a process and all its children, sampled while it runs."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field

import psutil


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
                    info, times = one.memory_info(), one.cpu_times()
                held += info.rss - info.shared
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
