"""Conversion of Office files to PDF by LibreOffice, where it is installed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from loaders.errors import SourceError
from loaders.temporary import temporary_folder

SECONDS = 180.0
"""Seconds allowed for one conversion: a letter takes 3-6 s with the start of LibreOffice, a workbook of 300 pages
40."""

_COMMANDS = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")

# Macros never run, and what a file refers to elsewhere is not loaded.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse">
<value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse">
<value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def find_converter(setting: str) -> str:
    """Return the path of LibreOffice's command, or "" where there is none.

    Args:
        setting: A command or its path; `auto` looks for LibreOffice, `off` never converts.
    """
    if setting == "off":
        return ""
    commands = _COMMANDS if setting == "auto" else (setting,)
    return next((found for command in commands if (found := shutil.which(command))), "")


def convert_to_pdf(path: Path, target: Path, converter: str, seconds: float = SECONDS) -> None:
    """Write the PDF of an Office file to `target`, in one step; all processes are ended after `seconds`.

    Raises:
        SourceError: the file could not be converted.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder() as work:
        (work / "profile" / "user").mkdir(parents=True)
        (work / "profile" / "user" / "registrymodifications.xcu").write_text(_PROFILE, "utf-8")
        # A fixed name: one that begins with a hyphen would be taken for an option.
        copy = work / f"document{path.suffix.lower()}"
        shutil.copyfile(path, copy)
        _run(path, work, copy, converter, seconds)
        made = work / "document.pdf"
        if not made.is_file() or not made.stat().st_size:
            raise SourceError(
                f"{str(path)!r} could not be converted to PDF by LibreOffice: it is damaged or protected by a "
                "password; save it as a PDF and give that."
            )
        partial = target.with_name(f"{target.name}.{os.getpid()}.part")
        shutil.copyfile(made, partial)
        os.replace(partial, target)


def _run(path: Path, work: Path, copy: Path, converter: str, seconds: float) -> None:
    process = subprocess.Popen(
        [
            converter, f"-env:UserInstallation={(work / 'profile').as_uri()}", "--headless", "--norestore",
            "--nolockcheck", "--nodefault", "--convert-to", "pdf", "--outdir", str(work), str(copy),
        ],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        raise SourceError(
            f"{str(path)!r} took LibreOffice longer than {seconds:g} s: save it as a PDF and give that."
        ) from None
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and those that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
