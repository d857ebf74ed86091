"""Benchmarks of start-up: imports, `--help`, a second `ask`, and the server."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from graph.engines.offline import minilm
from tests.benchmarks import corpus, machine, server_start
from tests.benchmarks.comparison import Comparison, Measure, Sizes, compare, timed

_IMPORT = "import time; start = time.perf_counter(); import {0}; print(time.perf_counter() - start)"
_LANGGRAPH = "import langgraph.graph, langchain_core.messages"
_LOAD = """
import sys
model, tokenizer, folder = sys.argv[1:]
import numpy, onnxruntime
from tokenizers import Tokenizer
session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
encoding = Tokenizer.from_file(tokenizer).encode("Who keeps the light?")
ids = numpy.array([encoding.ids])
fed = {"input_ids": ids, "attention_mask": numpy.ones_like(ids), "token_type_ids": numpy.zeros_like(ids)}
vector = session.run(None, fed)[0][0].mean(axis=0)
import chromadb
index = chromadb.PersistentClient(folder).get_collection("pagewitness", embedding_function=None)
assert index.query(query_embeddings=[vector], n_results=60)["ids"][0]
"""


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure commands and imports against the least that Python, LangGraph, or the model and the index need."""
    times, empty = sizes.of(15, 5), sizes.folder / "tmp" / "nothing"
    empty.parent.mkdir(parents=True, exist_ok=True)
    found = [
        compare(
            "help", "`pagewitness --help` against `python -c pass`, each a process", "s",
            [("pagewitness --help", _command(["--help"], empty)), ("python -c pass", _python("pass", empty))],
            times=times, limit=5.0, bound="most",
        ),
        compare(
            "import", "`import graph.app` against what it is made of, each in a fresh process; imports alone", "s",
            [
                ("graph.app", _printed(_IMPORT.format("graph.app"), empty)),
                (
                    "langgraph.graph and langchain_core",
                    _printed(_IMPORT.format("langgraph.graph, langchain_core.messages"), empty),
                ),
            ],
            times=times, limit=1.3, bound="most",
        ),
        compare(
            "documents", "`pagewitness documents` against the import of LangGraph, each a process", "s",
            [
                ("pagewitness documents", _command(["documents"], corpus.home(sizes.folder, 1000))),
                ("langgraph.graph and langchain_core", _python(_LANGGRAPH, empty)),
            ],
            times=sizes.starts, limit=0.85, bound="most", note="Half of what `ask` may take. It loads no LangGraph.",
        ),
        compare(
            "ask", "a second offline `pagewitness ask` against the import of LangGraph, 1,000 chunks", "s",
            [
                ("pagewitness ask", _asking(sizes, 1000)),
                ("langgraph.graph and langchain_core", _python(_LANGGRAPH, empty)),
            ],
            times=sizes.starts, limit=1.7, bound="most", note="A second at most where the import takes 0.6.",
        ),
    ]  # fmt: skip
    asks = [_ask(sizes, chunks) for chunks in (1000, *([] if sizes.quick else [20_000]))]
    return [*found, *asks, *server_start.measure(sizes)]


def _ask(sizes: Sizes, chunks: int) -> Comparison:
    home = corpus.home(sizes.folder, chunks)
    load = [
        sys.executable,
        "-c",
        _LOAD,
        *(str(minilm.package_file(*one)) for one in (minilm._MODEL, minilm._TOKENIZER)),
    ]
    return compare(
        f"ask-{chunks}",
        f"a second offline `pagewitness ask` against loading its model and index, {chunks:,} chunks", "s",
        [
            ("pagewitness ask", _asking(sizes, chunks)),
            (
                "onnxruntime, tokenizers and Chroma, a query each",
                timed(lambda: _run([*load, str(home / "chroma")], home)),
            ),
        ],
        times=sizes.starts, limit=3.0, bound="most", note="Each is a process from its start to its end.",
    )  # fmt: skip


def _asking(sizes: Sizes, chunks: int) -> Measure:
    question = corpus.Corpus().question()
    return _command(["ask", "--engine", "offline", "--json", question], corpus.home(sizes.folder, chunks))


def _command(arguments: Sequence[str], home: Path) -> Measure:
    script = shutil.which("pagewitness", path=str(Path(sys.executable).parent))
    start = [script] if script else [sys.executable, "-m", "graph.cli"]
    return timed(lambda: _run([*start, *arguments], home))


def _python(code: str, home: Path) -> Measure:
    return timed(lambda: _run([sys.executable, "-c", code], home))


def _printed(code: str, home: Path) -> Measure:
    """Return a measure of the seconds that a process prints."""
    return lambda: float(_run([sys.executable, "-c", code], home))


def _run(command: Sequence[str], home: Path) -> str:
    done = subprocess.run(command, env=machine.environment(home), cwd=home.parent, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{command[:3]} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout
