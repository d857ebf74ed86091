"""Commands for servers with several users: tokens, and collections with their members."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph import users
from graph.cli.main import main
from tests.conftest import MakePdf


def test_the_lines_that_are_printed_let_the_token_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEWITNESS_USERS", str(tmp_path / "users.toml"))
    names = ("ann", "ben@example.org", "DOMAIN\\cem")
    made = []
    for name in names:
        assert main(["token", name, "--json"]) == 0
        made.append(json.loads(capsys.readouterr().out))
    (tmp_path / "users.toml").write_text("".join(one["lines"] for one in made), "utf-8")
    for name, one in zip(names, made, strict=True):
        found = users.of_token(one["token"])
        assert found
        assert found.identity.name == name
        assert one["token"] not in one["lines"]
    assert len({one["token"] for one in made}) == 3


def test_the_token_is_printed_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", "ann"]) == 0
    said = capsys.readouterr().out
    assert 'name = "ann"' in said
    assert "pw_" in said


@pytest.mark.parametrize("name", ["local", "a b", "group:law"])
def test_a_name_that_no_user_can_have_is_refused(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["token", name]) == 2
    assert repr(name) in capsys.readouterr().err


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["collections", *words])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_members_of_a_collection_are_added_changed_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "There are no collections" in run(capsys)[1]
    assert "has no members" in run(capsys, "create", "Team")[1]
    assert run(capsys, "list") == (0, "Team  0\n")
    assert "has no members" in run(capsys, "members", "team")[1]
    assert run(capsys, "add", "Team", "ann") == (0, "ann  reader\n")
    assert run(capsys, "add", "Team", "ann", "--role", "writer") == (0, "ann  writer\n")
    assert run(capsys, "add", "Team", "group:law") == (0, "ann  writer\ngroup:law  reader\n")
    assert json.loads(run(capsys, "members", "Team", "--json")[1])["members"] == {
        "ann": "writer",
        "group:law": "reader",
    }
    assert run(capsys, "remove", "Team", "ann") == (0, "group:law  reader\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["members", "None"], "There is no collection 'None'"),
        (["create", "a,b"], "cannot be the name of a collection"),
        (["create"], "needs a collection"),
        (["add", "Team"], "needs a collection and a user"),
    ],
)
def test_a_collection_that_cannot_be_changed_is_refused(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    code, told = run(capsys, *words)
    assert code == 2
    assert said in told


def test_documents_are_added_to_a_collection_and_asked_in_it(
    capsys: pytest.CaptureFixture[str], make_pdf: MakePdf
) -> None:
    path = make_pdf("a.pdf", "The marmalade vault opens with the word heliotrope.")
    for name in ("Team", "Other"):
        assert run(capsys, "create", name)[0] == 0
    assert main(["ingest", str(path), "--collection", "Team"]) == 0
    capsys.readouterr()
    assert run(capsys, "list") == (0, "Other  0\nTeam  1\n")
    for name, found in (("Team", True), ("Other", False)):
        capsys.readouterr()
        assert main(["ask", "Which word opens the marmalade vault?", "--collection", name, "--json"]) == 0
        assert ("heliotrope" in json.loads(capsys.readouterr().out)["answer"]) == found, name
        assert main(["documents", "--collection", name, "--json"]) == 0
        assert len(json.loads(capsys.readouterr().out)["documents"]) == found, name
    for command in (["ask", "Which word?"], ["documents"]):
        assert main([*command, "--collection", "None"]) == 2
        assert "There is no collection 'None'" in capsys.readouterr().err
