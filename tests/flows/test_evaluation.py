"""`pagewitness eval` on the ingested sample: figures, files, going on after Ctrl-C, and clear errors."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from graph.cli import main
from tests import forked_python
from tests.conftest import ROOT, SAMPLE

QUESTIONS = SAMPLE.with_name("questions.jsonl")
LURE = '<script>alert("1")</script> & <b>bold</b>'


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main.main([str(argument) for argument in ("eval", *arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def rows_of(folder: Path) -> dict[str, dict[str, Any]]:
    lines = (folder / "rows.jsonl").read_text("utf-8").splitlines()
    return {row["id"]: row for row in map(json.loads, lines)}


def written(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def asked(id_: str, question: str, *answers: str, **values: Any) -> dict[str, Any]:
    return {"id": id_, "question": question, "answers": list(answers), "answerable": bool(answers), **values}


TICKET = asked("ticket", "What does a day ticket to the island cost?", "14 euros", pages=[6], kind="text")
FERRY = asked("ferry", "Who is the captain of the ferry to Kelderness?", kind="absent")


def test_figures_in_json_and_in_files(library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = TICKET | {"id": "wrong", "answers": ["15 euros"], "pages": [1], "evidence": ["no such words"]}
    code, out, err = run(capsys, written(tmp_path / "set.jsonl", TICKET, FERRY, wrong), "--json", "--out", "out")
    value = json.loads(out)
    assert (code, err) == (0, "")
    means = {name: (one["mean"], one["n"]) for name, one in value["summary"]["metrics"].items()}
    assert means.pop("page@3")[1] == 2
    assert means["page@1"] == (0.5, 2)
    assert means["match"] == (0.5, 2)
    assert means["evidence@5"] == (0, 1)
    assert means["right_refusal"] == (1, 1)
    assert means["false_refusal"] == (0, 2)
    assert means["citations_valid"][0] == 1
    assert list(value["kinds"]) == ["text", "absent"]
    assert value["summary"]["seconds"]["median"] > 0
    assert value["summary"]["reasons"]["unanswerable"] == {"nothing_relevant": 1}
    assert (value["run"]["engine"], value["run"]["judge"], value["run"]["matching"]) == (
        "offline", "", "strings and numbers"
    )  # fmt: skip
    assert len(value["refusal_curve"]) == 41
    kept = rows_of(tmp_path / "out")
    assert kept["ticket"]["scores"]["match"] == 1
    assert kept["ticket"]["citations"][0]["found"] is True
    assert kept["wrong"]["scores"]["page@1"] == 0
    stored = json.loads((tmp_path / "out" / "results.json").read_text("utf-8"))
    assert stored["summary"] == value["summary"]
    assert [row["id"] for row in stored["rows"]] == ["ticket", "ferry", "wrong"]


def test_the_table_names_how_answers_were_judged(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, written(tmp_path / "set.jsonl", TICKET, FERRY), "--out", "out")
    assert code == 0
    assert re.search(r"^text +1 1\.00 1\.00", out, re.MULTILINE)
    assert re.search(r"^all +2 1\.00 1\.00", out, re.MULTILINE)
    assert re.search(r"answer match +1\.000 +0\.20[67] - 1\.000 +1\b", out)
    assert "strings and numbers, without a judge model" in out
    assert "report.html" in out


def test_the_report_is_one_file_with_every_text_escaped(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = asked("<i>", f"What does a day ticket cost? {LURE}", f"{LURE} 77", kind=LURE, pages=[6], doc=LURE)
    path = written(tmp_path / "set.jsonl", bad, TICKET, FERRY)
    assert run(capsys, path, "--out", "one")[0] == 0
    assert run(capsys, path, "--out", "two", "--compare", "one/results.json")[0] == 0
    page = (tmp_path / "two" / "report.html").read_text("utf-8")
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &lt;b&gt;bold&lt;/b&gt;" in page
    for mark in ("<script", "<b>", "<i>", "http://", "https://", "src=", "@import", "url("):
        assert mark not in page
    assert "default-src 'none'" in page
    assert page.count("<svg") == page.count("</svg>") == 4, "bars, differences, refusals, seconds"
    assert "prefers-color-scheme: dark" in page
    assert "Compared with run" in page


def test_two_runs_are_compared_question_by_question(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "set.jsonl", TICKET, FERRY)
    assert run(capsys, path, "--out", "one", "--k", "1,2", "--json")[0] == 0
    code, out, _ = run(capsys, path, "--out", "two", "--compare", "one", "--json", "--concurrency", "2")
    found = json.loads(out)["comparison"]
    assert (code, found["paired"], found["unpaired"]) == (0, 2, 0)
    assert found["metrics"]["match"]["difference"] == 0
    assert "page@5" not in found["metrics"], "the earlier run did not look so deep"
    other = written(tmp_path / "other.jsonl", TICKET | {"pages": [5]})
    code, _, err = run(capsys, other, "--out", "four", "--compare", "two")
    assert (code, (tmp_path / "four").exists()) == (2, False)
    assert "no question in common" in err
    assert run(capsys, path, "--out", "three", "--compare", "two")[1].count("+0.000 to +0.000") >= 5


def test_a_question_that_cannot_be_asked_is_a_row_and_counted(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "set.jsonl", TICKET | {"documents": ["nowhere.pdf"]}, FERRY)
    code, out, _ = run(capsys, path, "--out", "out", "--json")
    value = json.loads(out)
    assert (code, value["summary"]["errors"]) == (3, 1)
    assert value["summary"]["metrics"]["match"]["mean"] == 0
    assert rows_of(tmp_path / "out")["ticket"]["error"].startswith("UnknownDocumentError: There is no document 'nowh")


def test_a_row_can_search_only_its_own_document(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "set.jsonl", TICKET | {"doc": "other.pdf"}, FERRY)
    assert run(capsys, path, "--out", "out")[0] == 0
    assert rows_of(tmp_path / "out")["ticket"]["scores"]["page@5"] == 0, "page 6 of another document is no hit"
    assert run(capsys, path, "--out", "scoped", "--scope", "doc")[0] == 3
    assert "other.pdf" in rows_of(tmp_path / "scoped")["ticket"]["error"]


def test_an_unfinished_run_goes_on_and_another_ones_rows_are_not_lost(
    library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path / "set.jsonl", TICKET, FERRY)
    folder = tmp_path / "out"
    assert run(capsys, path, "--out", folder)[0] == 0
    first, second = (folder / "rows.jsonl").read_text("utf-8").splitlines(keepends=True)
    marked = first.replace("14 euros", "XIV euros")
    (folder / "rows.jsonl").write_text(marked + second[: len(second) // 2], "utf-8")
    (folder / "results.json").unlink()
    code, _, err = run(capsys, path, "--out", folder, "--k", "1")
    assert code == 2
    assert "unfinished run with other questions or settings" in err
    assert run(capsys, path, "--out", folder)[0] == 0
    kept = rows_of(folder)
    assert "XIV euros" in kept["ticket"]["answer"], "the row that was there was asked again"
    assert kept["ferry"]["refused"] is True
    assert run(capsys, path, "--out", folder)[0] == 0
    assert "14 euros" in rows_of(folder)["ticket"]["answer"], "a finished run is repeated"


@pytest.mark.parametrize(
    ("content", "arguments", "what"),
    [
        ("", [], "holds no question"),
        ("{", [], "Line 1 of .*is not a valid question"),
        (json.dumps(TICKET) + "\n" + json.dumps(TICKET), [], "Line 2 of .*has the id 'ticket', as line 1"),
        (json.dumps(TICKET), ["--compare", "none.json"], "cannot be read as results"),
        (json.dumps(TICKET), ["--out", "set.jsonl"], "name another folder with --out"),
        (json.dumps(TICKET), ["--judge", "google_genai:gemini-3.8-flash"], "GOOGLE_API_KEY"),
        (json.dumps(TICKET), ["--judge", "nobody:model"], "nobody:model' has no known provider: write provider:model"),
    ],
)
def test_bad_input_is_one_sentence(
    content: str, arguments: list[str], what: str, library: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "set.jsonl").write_text(content)
    code, out, err = run(capsys, "set.jsonl", "--json", *arguments)
    assert code == 2
    assert re.search(what, json.loads(out)["error"], re.DOTALL)
    assert err == f"pagewitness: {json.loads(out)['error']}\n"


def test_an_empty_library_is_reported_before_any_question(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, written(tmp_path / "set.jsonl", TICKET))
    assert code == 2
    assert "holds no document to ask: run `pagewitness ingest FILE` first" in err


@pytest.mark.parametrize("options", [["--k", "0"], ["--k", "1,x"], ["--k", "21"], ["--limit", "0"], ["--limit", "-1"]])
def test_impossible_options(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["eval", str(QUESTIONS), *options]) == 2
    assert options[0] in capsys.readouterr().err


@pytest.mark.heavy
def test_ctrl_c_keeps_the_rows_and_the_same_command_goes_on(library: Path, tmp_path: Path) -> None:
    home = shutil.copytree(library, tmp_path / "copied")  # this process owns the other one
    many = [TICKET | {"id": str(number)} for number in range(80)]
    path = written(tmp_path / "set.jsonl", *many)
    command = ["-m", "graph.cli", "eval", str(path), "--home", str(home), "--engine", "offline"]
    process = forked_python.start(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    end = time.monotonic() + 6000
    while not (found := list(home.glob("evals/*/rows.jsonl"))) or found[0].read_text("utf-8").count("\n") < 3:
        assert time.monotonic() < end, "no row was written"
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "to continue" in said
    kept = rows_of(found[0].parent)
    assert 3 <= len(kept) < 80
    assert not any(row["error"] for row in kept.values()), "the question that was stopped is no error"
    assert not (found[0].parent / "results.json").exists()
    again = forked_python.run([*command, "--json"], capture_output=True, timeout=600, cwd=ROOT)
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["summary"]["questions"] == 80
    assert set(kept) <= set(rows_of(found[0].parent))
    before = found[0].read_text("utf-8").splitlines()[: len(kept)]
    assert [json.loads(line) for line in before] == list(kept.values()), "rows that were there stay as they are"
