"""Generator of Dockerfile and docker-compose.yml: LangGraph's command line, with the additions of this project.

    python -m tests.docker_files     writes both; `make docker` does that

The tests run without Docker: the files are compared with what LangGraph would write, not built.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from langgraph_cli.docker import DockerCapabilities, Version, compose_as_dict, dict_to_yaml

from tests.conftest import ROOT

PORT = 8123  # as in LangGraph's own
CHROMA_VERSION = "1.5.9"
_CURRENT = DockerCapabilities(Version(28, 0, 0), Version(2, 30, 0), healthcheck_start_interval=True)
_HEADER = "# Written by `make docker` from langgraph.json; docs/deployment.md says how to use it.\n"


def dockerfile() -> str:
    """Return what `langgraph dockerfile` writes, run in a folder of a fixed name, since the file contains the name."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder, "pagewitness")
        for package in ("graph", "loaders", "prompts", "web"):
            shutil.copytree(ROOT / package, clone / package, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("langgraph.json", "pyproject.toml"):
            shutil.copy(ROOT / name, clone)
        command = [sys.executable, "-m", "langgraph_cli", "dockerfile", "Dockerfile"]
        subprocess.run(command, cwd=clone, check=True, capture_output=True, env={"LANGGRAPH_CLI_NO_ANALYTICS": "1"})
        return _HEADER + (clone / "Dockerfile").read_text("utf-8").strip() + "\n"


def langgraphs_services() -> dict[str, Any]:
    """Return the services that `langgraph dockerfile --add-docker-compose` adds where Docker is installed."""
    made: dict[str, Any] = compose_as_dict(_CURRENT, port=PORT)
    api = made["services"]["langgraph-api"]
    api["env_file"] = [".env"]
    api["build"] = {"context": ".", "dockerfile": "Dockerfile"}
    return made


def compose() -> str:
    """Return LangGraph's services with a Chroma server, and volumes for the data that must survive."""
    made = langgraphs_services()
    services = made["services"]
    del services["langgraph-postgres"]["ports"]  # the database is not used from outside
    api = services["langgraph-api"]
    api["ports"] = [f'"127.0.0.1:{PORT}:8000"']
    api["depends_on"]["chroma"] = {"condition": "service_started"}
    api["environment"] |= {
        "N_JOBS_PER_WORKER": '"10"',
        "PAGEWITNESS_HOME": "/data/pagewitness",
        "PAGEWITNESS_CHROMA_URL": "http://chroma:8000",
        "PAGEWITNESS_SERVER_TOKEN": '"${PAGEWITNESS_SERVER_TOKEN:?set a token in .env}"',
    }
    api["volumes"] = ["pagewitness-home:/data/pagewitness"]
    services["chroma"] = {"image": f"chromadb/chroma:{CHROMA_VERSION}", "volumes": ["chroma-data:/data"]}
    made["volumes"] |= {name: {"driver": "local"} for name in ("pagewitness-home", "chroma-data")}
    return _HEADER + str(dict_to_yaml(made)).strip() + "\n"


FILES = {"Dockerfile": dockerfile, "docker-compose.yml": compose}

if __name__ == "__main__":
    for name, content in FILES.items():
        (ROOT / name).write_text(content(), "utf-8")
