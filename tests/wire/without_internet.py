"""The commands of a user on a machine without internet, with a model server on it, as a program: it prints JSON.

    unshare --map-root-user --net python -m tests.wire.without_internet openai HOME

In a network of its own, where only loopback is, it starts a server of a format, sets that provider's variables and no
other's, and runs `pagewitness ingest` and `pagewitness ask`. Without a format it only says that it can start.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.loopback import raise_loopback
from tests.wire.compatible_app import SAMPLE, script
from tests.wire.compatible_server import CompatibleServer
from tests.wire.scripted_replies import QUESTION

_VARIABLES = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONPATH")


def main(kind: str = "", home: str = "") -> None:
    """Run the commands with a server of a format, and print how they ended and what the server was asked."""
    raise_loopback()
    if not kind:
        return print("ready")
    with CompatibleServer(reply=script) as server:
        settings = {
            "openai": {"OPENAI_BASE_URL": f"{server.url}/v1", "OPENAI_API_KEY": "any"},
            "ollama": {
                "OLLAMA_HOST": server.url, "PAGEWITNESS_CHAT_MODEL": "ollama:tiny",
                "PAGEWITNESS_EMBEDDING_MODEL": "ollama:nomic-embed-text",
            },
        }[kind]  # fmt: skip
        kept = {name: value for name, value in os.environ.items() if name in _VARIABLES}
        # As for all scripted models, since they reply with words that are not in the file.
        environment = {**kept, **settings, "PAGEWITNESS_HOME": home, "PAGEWITNESS_CHECK_REPLIES": "off"}
        said = [_run([*command, "--json"], environment) for command in (["ingest", str(SAMPLE)], ["ask", QUESTION])]
        asked = {"chats": len(server.chats), "embeddings": len(server.embeddings)}
    print(json.dumps({"ingest": said[0], "ask": said[1], **asked}))


def _run(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "graph.cli", *command], env=environment, capture_output=True, text=True, check=False
    )
    return {"code": run.returncode, "said": json.loads(run.stdout or "null"), "error": run.stderr}


if __name__ == "__main__":
    main(*sys.argv[1:])
