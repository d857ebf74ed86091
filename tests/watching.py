"""Watching a process with all that it starts: how much memory they hold together, and how much work they do."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field

import psutil


@dataclass
class Watched:
    """The peak of private memory in MB, and the CPU seconds of every process that was seen."""

    megabytes: int = 0
    _work: dict[int, float] = field(default_factory=dict)

    @property
    def cpu(self) -> float:
        """CPU seconds of all together."""
        return sum(self._work.values())

    def look(self, pid: int) -> None:
        """Take one sample."""
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


def watch(process: subprocess.Popen[bytes] | subprocess.Popen[str], seconds: float) -> Watched:
    """Sample a process until it ends; it is ended after so many seconds."""
    deadline, watched = time.monotonic() + seconds, Watched()
    while process.poll() is None:
        if time.monotonic() > deadline:
            process.kill()
        watched.look(process.pid)
        time.sleep(0.1)
    return watched
