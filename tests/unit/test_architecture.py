"""The shape of the repository: who may import whom, how large a file or function may grow."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("graph", "loaders", "prompts", "web")
SOURCES = sorted(path for package in OURS for path in (ROOT / package).rglob("*.py"))
STATIC = sorted(path for path in (ROOT / "web" / "static").iterdir() if path.suffix in (".js", ".html", ".css"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAX_FILE, MAX_FUNCTION = 400, 40

# A library and the only files that may import it; "graph/engines/" stands for all files in that folder.
ONLY_IN = {
    "pymupdf": ("loaders/pdf/document.py",),
    "pymupdf4llm": ("loaders/pdf/document.py",),
    "fitz": (),
    "rapidocr": ("loaders/ocr/engine.py",),
    "pebble": ("loaders/pages/pool.py",),
    "onnx": ("graph/engines/offline/minilm_onnx.py",),
    "onnxruntime": ("graph/engines/offline/minilm.py", "loaders/pages/cpu.py"),
    "chromadb": ("graph/storage/vectors.py",),
    "langchain_chroma": ("graph/storage/vectors.py",),
    "sqlite3": ("graph/storage/database.py", "graph/storage/schema.py"),
    "google": ("graph/engines/",),
    "langchain_google_genai": ("graph/engines/",),
    "dotenv": ("graph/settings.py",),
    "langsmith": ("graph/evaluation/langsmith_experiment.py", "graph/runtime/tracing.py"),
    "starlette": ("web/",),
}
READS_ENVIRONMENT = {"graph/settings.py"}
# The command line sets what an option says; the server's starter hands its own environment on; OCR tells the numeric
# libraries of its process to wait quietly, before they are loaded.
TOUCHES_ENVIRONMENT = READS_ENVIRONMENT | {"graph/cli/main.py", "graph/cli/serve.py", "loaders/ocr/engine.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} has a relative import"
            yield node.module or ""


def tops(path: Path) -> set[str]:
    return {module.partition(".")[0] for module in imports(path)}


def allowed(path: Path, places: tuple[str, ...]) -> bool:
    return any(name_of(path) == place or (place.endswith("/") and name_of(path).startswith(place)) for place in places)


def test_there_is_something_to_look_at() -> None:
    assert {name_of(path) for path in SOURCES} >= {
        "graph/app.py",
        "loaders/pdf/document.py",
        "prompts/__init__.py",
        "web/app.py",
    }


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    package, found = name_of(path).partition("/")[0], tops(path)
    assert not found & {"tests", "examples"}
    if package != "web":
        assert "web" not in found
    if package == "prompts":
        assert found <= set(sys.stdlib_module_names) | {"__future__"}
    if package == "loaders":
        forbidden = {"graph", "prompts", "langgraph", "langchain", "langchain_core", "chromadb"}
        if name_of(path) == "loaders/langchain.py":  # what this file is for
            forbidden -= {"langchain_core"}
        assert not found & forbidden


@pytest.mark.parametrize("library", ONLY_IN)
def test_libraries_stay_behind_their_doors(library: str) -> None:
    users = [path for path in SOURCES if library in tops(path)]
    assert [name_of(path) for path in users if not allowed(path, ONLY_IN[library])] == []


def test_engines_and_stores_do_not_know_the_graphs() -> None:
    for path in SOURCES:
        if name_of(path).startswith("graph/storage/"):
            known = [module for module in imports(path) if module.startswith("graph.")]
            assert all(module.startswith(("graph.storage", "graph.errors")) for module in known), name_of(path)
        if name_of(path).startswith("graph/engines/"):
            assert not [m for m in imports(path) if m.startswith(("graph.ingestion", "graph.app", "graph.cli"))]


def test_nothing_that_answers_knows_that_it_is_measured() -> None:
    """The evaluation asks through the query graph's door; the command line and the wiring alone know of it."""
    for path in SOURCES:
        if not name_of(path).startswith("graph/evaluation/") and any(
            module.startswith("graph.evaluation") for module in imports(path)
        ):
            assert name_of(path) in {"graph/cli/commands.py", "graph/cli/output.py", "graph/deps.py"}
        if name_of(path).startswith("graph/evaluation/"):
            known = [module for module in imports(path) if module.startswith(("graph.query", "graph.ingestion"))]
            assert set(known) <= {"graph.query.graph", "graph.query.state"}, (
                "its checks share nothing with what it checks"
            )


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_only_the_settings_read_the_environment(path: Path) -> None:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "putenv"):
            assert name_of(path) in TOUCHES_ENVIRONMENT
            if name_of(path) not in READS_ENVIRONMENT:
                assert node.attr == "environ"
        if isinstance(node, ast.Call) and name_of(path) == "graph/cli/main.py" and isinstance(node.func, ast.Attribute):
            assert "environ" not in ast.dump(node.func), "the command line may set variables, not read them"


@pytest.mark.parametrize("path", [*SOURCES, *TESTS, *STATIC], ids=name_of)
def test_files_are_short(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_FILE, f"{lines} lines: take it apart by what it does"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_functions_are_short(path: Path) -> None:
    long = {
        node.name: length
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    }
    assert long == {}


def test_the_packages_are_the_ones_of_this_repository() -> None:
    """`graph`, `loaders`, `prompts` and `web` are common names: another distribution's must not come first."""
    import graph
    import loaders
    import prompts
    import web

    for package in (graph, loaders, prompts, web):
        assert Path(package.__file__ or "").is_relative_to(ROOT)


@pytest.mark.parametrize("path", STATIC, ids=name_of)
def test_the_page_brings_everything_itself_and_writes_no_markup(path: Path) -> None:
    text = path.read_text("utf-8")
    elsewhere = re.findall(r"(?:src|href|url|import|fetch|from)\W{1,3}(?:https?:)?//\S+", text)
    assert elsewhere == []
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|\bon\w+=\"|style=\"", text)


def test_importing_the_app_loads_no_store_and_no_model() -> None:
    """The graph is imported by the server, by every command and by users: that must stay light."""
    code = (
        "import sys, graph.app; heavy = {'chromadb', 'rapidocr', 'pymupdf4llm', 'tokenizers', 'google.genai'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
