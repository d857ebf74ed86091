"""Generator of aegra.json from langgraph.json: the same graphs by file, the FastAPI application, no dependencies.

Aegra accepts graphs only by file, and only a FastAPI application.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


def aegra_config() -> dict[str, Any]:
    """Return the configuration of Aegra."""
    config: dict[str, Any] = json.loads((ROOT / "langgraph.json").read_text("utf-8"))
    graphs = {name: {**graph, "path": _by_file(graph["path"])} for name, graph in config["graphs"].items()}
    return {"graphs": graphs, "env": config["env"], "http": {"app": "web.aegra:app"}, "auth": config["auth"]}


def _by_file(path: str) -> str:
    module, _, name = path.partition(":")
    return f"./{module.replace('.', '/')}.py:{name}"


if __name__ == "__main__":
    (ROOT / "aegra.json").write_text(json.dumps(aegra_config(), indent=2) + "\n", "utf-8")
