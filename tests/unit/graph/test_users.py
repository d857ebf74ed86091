"""Users of a server: the file and its mistakes, changes of it, and users that a proxy names."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from graph import users
from graph.access import LOCAL, Identity, NotAllowedError
from graph.errors import BadInputError
from graph.users import as_user, of_user

ANN, BEN = "the token of Ann", "the token of Ben"


def person(name: str, *groups: str, admin: bool = False) -> Identity:
    return Identity(name, frozenset(groups), admin)


def write(path: Path, *entries: str) -> None:
    path.write_text("\n".join(entries), "utf-8")
    users._read.clear()


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of two users, one of them an administrator, in use."""
    path = tmp_path / "users.toml"
    monkeypatch.setenv("PAGEWITNESS_USERS", str(path))
    write(
        path,
        users.toml_table("ann", ANN).replace("[]", '["staff", "law"]'),
        users.toml_table("ben", BEN) + "admin = true\n",
    )
    return path


@pytest.mark.usefixtures("file")
def test_a_token_is_of_the_user_who_has_its_hash() -> None:
    ann, ben = users.of_token(ANN), users.of_token(BEN)
    assert ann
    assert ben
    assert ann.identity == person("ann", "staff", "law")
    assert ann.identity.members == ("ann", "group:law", "group:staff")
    assert ben.identity == person("ben", admin=True)
    for wrong in ("", ANN[:-1], ANN + " ", users.sha256(ANN), "local"):
        assert users.of_token(wrong) is None, wrong


def test_users_stay_in_while_the_file_is_being_saved(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert users.of_token(ANN)
    content = file.read_text("utf-8")
    file.write_text("", "utf-8")
    assert users.of_token(ANN)
    file.unlink()
    assert users.of_token(ANN)
    file.write_text(content.replace('name = "ben"', 'name = "bert"'), "utf-8")
    assert [users.of_name(name) is not None for name in ("ann", "ben", "bert")] == [True, False, True]
    file.write_text(content[:-20], "utf-8")
    assert users.of_token(ANN)
    monkeypatch.setattr(users, "_SAVED_S", 0.0)
    for _ in range(2):
        with pytest.raises(BadInputError, match="TOML"):
            users.of_token(ANN)
    monkeypatch.setattr(users, "_SAVED_S", 60.0)
    with pytest.raises(BadInputError, match="TOML"):
        users.of_token(ANN)
    file.write_text(content, "utf-8")
    assert users.of_token(ANN)


def test_a_user_who_is_taken_out_of_the_file_is_out_at_once(file: Path) -> None:
    assert users.of_token(ANN)
    file.write_text(users.toml_table("ben", BEN), "utf-8")
    assert users.of_token(ANN) is None
    assert users.of_name("ann") is None
    ben = users.of_token(BEN)
    assert ben
    assert not ben.identity.admin, "rights that are taken away are gone too"


def test_a_change_that_the_file_system_does_not_tell_is_seen_after_a_while(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert users.of_token(ANN)
    told, changed = file.stat(), users.toml_table("eve", ANN).replace("[]", '["staff", "law"]')
    file.write_text(
        file.read_text("utf-8").replace(users.toml_table("ann", ANN).replace("[]", '["staff", "law"]'), changed)
    )
    os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))
    assert file.stat().st_size == told.st_size
    monkeypatch.setattr(users, "_READ_AGAIN_S", 0.0)
    found = users.of_token(ANN)
    assert found
    assert found.identity.name == "eve"


MISTAKES = (
    ("", "must hold \\[\\[user\\]\\] tables and nothing else"),
    ("x = 1\n" + users.toml_table("ann", ANN), "must hold \\[\\[user\\]\\] tables and nothing else"),
    ("[user]\nname = 'ann'", "must hold \\[\\[user\\]\\] tables"),
    ("[[user]\n", "is not TOML"),
    (users.toml_table("ann", ANN) + "token = 'x'", "`token` is unknown"),
    (users.toml_table("ann", ANN) + users.toml_table("ann", BEN), "User 2 .*another user is named 'ann' too"),
    (users.toml_table("ann", ANN) + users.toml_table("ben", ANN), "another user has the same token"),
    ("[[user]]\nname = 'Local'\ntoken_sha256 = '0'", "the name 'Local' is not valid"),
    ("[[user]]\nname = 'group:a'\ntoken_sha256 = '0'", "the name 'group:a' is not valid"),
    ("[[user]]\nname = 'ann'", "`token_sha256` must be 64 hex digits"),
    ("[[user]]\nname = 'ann'\ntoken_sha256 = 'the token of Ann'", "`token_sha256` must be 64 hex digits"),
    (users.toml_table("ann", ANN) + "admin = 'yes'", "`admin` must be true or false"),
    (users.toml_table("ann", ANN) + "admin = 1", "`admin` must be true or false"),
    (users.toml_table("ann", ANN).replace("[]", "'staff'"), "`groups` must be a list"),
    (users.toml_table("ann", ANN).replace("[]", "['a:b']"), "`groups` must be a list"),
)


@pytest.mark.parametrize(("content", "said"), MISTAKES)
def test_a_file_that_cannot_be_used_lets_no_one_in_and_says_why(file: Path, content: str, said: str) -> None:
    write(file, content)
    for _ in range(2):  # the second time the file is not parsed again
        with pytest.raises(BadInputError, match=said) as refused:
            users.of_token(ANN)
    assert ANN not in str(refused.value)
    with pytest.raises(BadInputError, match=said):
        users.check()


def test_a_file_that_is_not_there_lets_no_one_in(file: Path) -> None:
    file.unlink()
    with pytest.raises(BadInputError, match="cannot be read"):
        users.of_token(ANN)


def test_a_proxy_names_its_user_and_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_USERS", "header:X-User, X-Groups")
    with pytest.raises(BadInputError, match="PAGEWITNESS_TRUSTED_PROXIES"):
        users.check()
    monkeypatch.setenv("PAGEWITNESS_TRUSTED_PROXIES", "10.0.0.0/24,::1")
    assert users.proxy_headers() == ("x-user", "x-groups")
    assert [users.is_trusted_proxy(one) for one in ("10.0.0.7", "::1", "10.0.1.7", "", "proxy")] == [True] * 2 + [
        False
    ] * 3
    assert users.of_proxy("ann@example.org", "staff, law,") == person("ann@example.org", "staff", "law")
    assert users.of_proxy("ann", "") == person("ann")
    for name in ("", "local", "LOCAL", "group:staff", "a b", "ann\n", "x" * 101):
        assert users.of_proxy(name, "") is None, name
    assert users.of_token(ANN) is None


@pytest.mark.parametrize("given", ["header:", "header:X User", "header:X-User,two words"])
def test_a_header_that_is_none_is_refused(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_USERS", given)
    monkeypatch.setenv("PAGEWITNESS_TRUSTED_PROXIES", "10.0.0.1")
    with pytest.raises(BadInputError, match="header:NAME"):
        users.check()


def test_a_proxy_that_is_no_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_USERS", "header:X-User")
    monkeypatch.setenv("PAGEWITNESS_TRUSTED_PROXIES", "proxy.example.org")
    with pytest.raises(BadInputError, match="PAGEWITNESS_TRUSTED_PROXIES cannot be used"):
        users.check()


def test_an_identity_survives_the_way_through_a_run() -> None:
    for identity in (LOCAL, person("ann", "law", "staff"), person("ben", admin=True)):
        assert of_user(SimpleNamespace(**as_user(identity))) == identity
    assert of_user(SimpleNamespace(**as_user(LOCAL))) is LOCAL
    assert of_user(SimpleNamespace(identity="ann")) == person("ann")
    assert of_user(SimpleNamespace(identity="ann", admin="yes", groups="staff")) == person("ann")


def test_a_run_on_a_server_acts_for_a_user_of_the_file_with_the_rights_of_now(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert users.run_identity() is LOCAL, "the command line is the local user"
    monkeypatch.setenv("PAGEWITNESS_SERVED", "1")
    with pytest.raises(NotAllowedError, match="has no user"):
        users.run_identity()
    assert users.current_rights(person("ann", admin=True)) == person("ann", "staff", "law")
    with pytest.raises(NotAllowedError, match="no user of this server"):
        users.current_rights(person("eve"))
    write(file, "[[user]")
    with pytest.raises(NotAllowedError, match="cannot be read: ask its manager") as refused:
        users.current_rights(person("ann"))
    assert str(file) not in str(refused.value)
