"""Every command and every Python example of the README and the docs, run as printed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from graph.cli import group
from graph.cli.main import main
from tests import forked_python
from tests.conftest import ROOT, SAMPLE, MakePdf
from tests.loopback_files import serve_files

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCKS = {
    f"{page.stem}-{number}": (language, text)
    for page in PAGES
    for number, (language, text) in enumerate(
        re.findall(r"```(bash|python|console)\n(.*?)```", page.read_text("utf-8"), re.S)
    )
}
# Commands of other programs, each with how it is tested instead.
ELSEWHERE = {
    "make": "the target exists",
    "source": "the shell's own",
    "docker": "tests/unit/test_docker_files.py compares the files",
    "curl": "tests/server drives the same routes",
    "cp": "the file exists",
    **dict.fromkeys(("pg_dump", "pg_restore"), "tests/flows/test_backup.py runs it"),
    "createdb": "of Postgres, as pg_dump",
    "aws": "a client of S3; any other does",
    "pip": "tests/server/test_installed_package.py; tests/unit/test_packaging.py knows the extras",
    "ollama": "tests/wire/test_other_providers.py drives its client",
}


def commands(text: str) -> list[list[str]]:
    """The commands of a block, as words; comments and prompts are left out."""
    lines = (line.removeprefix("$ ") for line in text.splitlines() if "=" not in line.partition(" ")[0])
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def programs(language: str, text: str) -> set[str]:
    if language == "console":  # printed output follows the command
        text = "\n".join(line for line in text.splitlines() if line.startswith("$ "))
    return {words[0] for words in commands(text)}


def test_only_known_programs_are_named() -> None:
    named = {name for language, text in BLOCKS.values() if language != "python" for name in programs(language, text)}
    assert named <= {"pagewitness", *ELSEWHERE}


def test_the_files_that_the_docs_name_exist() -> None:
    named = {
        path
        for page in [*PAGES, ROOT / "CONTRIBUTING.md"]
        for path in re.findall(
            r"`((?:graph|loaders|web|prompts|tests|docs|evals)/[\w/.-]+\.\w+)`", page.read_text("utf-8")
        )
    }
    assert len(named) > 50
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_links_within_the_docs_lead_somewhere() -> None:
    pages = {page: page.read_text("utf-8") for page in [*PAGES, ROOT / "CONTRIBUTING.md"]}
    anchors = {
        page: {_anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.M)} for page, text in pages.items()
    }
    broken = [
        f"{page.name}: {link}#{anchor}"
        for page, text in pages.items()
        for link, anchor in re.findall(r"\]\((?!https?:)([^)#\s]*)#?([^)\s]*)\)", re.sub(r"`[^`\n]*`", "", text))
        if not (target := (page.parent / link).resolve() if link else page).exists()
        or (anchor and anchor not in anchors.get(target, ()))
    ]
    assert broken == []


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_the_readme_names_every_folder_of_the_graph() -> None:
    folders = {path.parent.name for path in (ROOT / "graph").glob("*/__init__.py")}
    readme = (ROOT / "README.md").read_text("utf-8")
    assert folders
    assert [name for name in sorted(folders) if f"{name}/" not in readme] == []


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    named = {
        words[1]
        for language, text in BLOCKS.values()
        if language != "python"
        for words in commands(text if language == "bash" else "\n".join(re.findall(r"^\$ .*", text, re.M)))
        if words[0] == "make"
    }
    assert named
    assert named <= targets


@pytest.fixture
def desk(tmp_path: Path, library: Path, make_pdf: MakePdf, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with every file that the docs name, and a library of its own that holds the sample."""
    folder = tmp_path / "desk"
    shutil.copytree(ROOT / "examples", folder / "examples")
    for copy in (tmp_path / "copied", folder / ".pagewitness" / "eval"):  # the sample is not read again
        shutil.copytree(library, copy)
    for name in ("report.pdf", "big.pdf", "papers/a.pdf", "scans/b.pdf", "filing.pdf"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(
            make_pdf(f"made/{name}", f"The net income in 2023 was 4 million euros, says {name}."), folder / name
        )
    questions = folder / "examples" / "questions.jsonl"  # of which two do: test_quality_gate.py asks them all
    questions.write_text("".join(questions.read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    shutil.copy(questions, folder / "set.jsonl")
    monkeypatch.setenv("PAGEWITNESS_HOME", str(tmp_path / "copied"))
    monkeypatch.setenv("PAGEWITNESS_ALLOW_PRIVATE_URLS", "1")
    monkeypatch.chdir(folder)
    return folder


def _heavy_where(text: str) -> pytest.MarkDecorator | tuple[()]:
    return pytest.mark.heavy if "pagewitness eval" in text else ()


@pytest.mark.parametrize(
    "block",
    [pytest.param(name, marks=_heavy_where(text)) for name, (language, text) in BLOCKS.items() if language == "bash"],
)
def test_the_commands_run(block: str, desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with serve_files(desk) as url:
        for name, *words in commands(BLOCKS[block][1]):
            if name != "pagewitness" or "--server" in words or words[0] in ("serve", "watch"):
                continue  # with a server, or until it is stopped: test_integrations.py, test_watched.py
            if any(word.startswith("DATA/") for word in words):
                # The development data is not here: the options are parsed, and nothing runs.
                (desk / "set.jsonl").touch()
                words = ["set.jsonl" if word.startswith("DATA/") else word for word in words]
                group.load(words[0]).make_context(words[0], words[1:], obj=words)
                continue
            words = [word.replace("https://example.org", url) for word in words]
            assert main(words) == 0, f"pagewitness {shlex.join(words)}\n{capfd.readouterr().err}"


@pytest.mark.parametrize(
    "block", [name for name, (language, text) in BLOCKS.items() if language == "python" and "127.0.0.1" not in text]
)
@pytest.mark.heavy
def test_the_python_examples_run(block: str, desk: Path) -> None:
    script = desk / "example.py"
    script.write_text(BLOCKS[block][1].replace('documents=["report.pdf"]', 'documents=["sample.pdf"]'))
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "PAGEWITNESS_HOME": str(desk.parent / "copied")}
    environment |= {name: value for name, value in os.environ.items() if name in forked_python.ALIKE}
    done = forked_python.run([script], env=environment, cwd=desk, capture_output=True, timeout=300)
    assert done.returncode == 0, done.stderr


@pytest.mark.heavy
def test_the_first_screen_shows_what_the_demo_prints(desk: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """`make demo` runs these two commands; their output stands in the README."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    question = re.search(r"^QUESTION \?= (.*)$", makefile, re.M)
    assert question
    shown = BLOCKS["README-0"][1]
    assert main(["ingest", "--home", str(desk / "new"), "--engine", "offline", str(SAMPLE)]) == 0
    assert main(["ask", "--home", str(desk / "new"), "--engine", "offline", question[1]]) == 0
    printed = {line.rstrip() for line in capfd.readouterr().out.splitlines()}
    missing = [line for line in shown.splitlines()[1:] if line.strip() and line.rstrip() not in printed]
    assert missing == []
