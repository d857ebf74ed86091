"""nginx with one of the configurations of `deploy/`, on loopback; tests are skipped where it is not installed."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.loopback import free_port

_START_S = 60
_PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextlib.contextmanager
def nginx(name: str, instances: Mapping[str, int], folder: Path, **replaced: str) -> Iterator[str]:
    """Run nginx until the block ends.

    Args:
        name: The file of `deploy/` that configures it.
        instances: The ports of the servers, by the names that the file has for them.
        folder: A folder for its files.
        replaced: Other values for directives of the file.

    Yields:
        Its address.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    text, port = (ROOT / "deploy" / name).read_text("utf-8"), free_port()
    for instance, at in instances.items():
        assert instance in text
        text = text.replace(instance, f"127.0.0.1:{at}")
    text = text.replace(" resolve ", " ")  # of nginx 1.27.3, and of no use for addresses
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    for directive, value in replaced.items():
        text, count = re.subn(rf"\b{directive} [^;]+;", f"{directive} {value};", text)
        assert count
    paths = "".join(f"{one}_temp_path {folder};\n" for one in _PLACES)
    (folder / name).write_text(text.replace("http {", "http {\naccess_log off;\n" + paths, 1))
    log = folder / "nginx.log"
    command = [program, "-e", str(log), "-c", str(folder / name), "-g"]
    user = "" if os.geteuid() else "user root; "  # the folders of the tests are closed to others
    process = subprocess.Popen([*command, f"{user}daemon off; pid {folder / 'nginx.pid'}; error_log {log};"])
    try:
        end = time.monotonic() + _START_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < end
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)
