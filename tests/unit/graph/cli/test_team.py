"""The command that makes tokens for users."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graph import users
from graph.cli.main import main


def test_the_lines_that_are_printed_let_the_token_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PAGEWITNESS_USERS", str(tmp_path / "users.toml"))
    names = ("ann", "ben@example.org", "DOMAIN\\cem")
    made = []
    for name in names:
        assert main(["token", name, "--json"]) == 0
        made.append(json.loads(capsys.readouterr().out))
    (tmp_path / "users.toml").write_text("".join(one["entry"] for one in made), "utf-8")
    for name, one in zip(names, made, strict=True):
        found = users.of_token(one["token"])
        assert found
        assert found.identity.name == name
        assert one["token"] not in one["entry"]
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
