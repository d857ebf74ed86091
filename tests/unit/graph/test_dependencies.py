"""Which stores a process opens, by its settings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from graph import dependencies, errors
from graph.errors import BadInputError
from graph.maintenance.health import run_checks
from graph.settings import settings
from tests.postgres import drop_database, new_database

SECRET = "postgresql://someone:hunter2@127.0.0.1:9/papers"


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, home: Path) -> Iterator[str]:
    """The address of an empty database that the settings name."""
    url = new_database()
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", url)
    yield url
    dependencies.home_stores().close()
    drop_database(url)


def test_two_places_for_the_vectors_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", SECRET)
    monkeypatch.setenv("PAGEWITNESS_CHROMA_URL", "http://127.0.0.1:9")
    with pytest.raises(BadInputError, match=r"STORE_URL and PAGEWITNESS_CHROMA_URL are both set.*leave one"):
        dependencies.home_stores()


@pytest.mark.parametrize(
    ("setting", "address"), [("PAGEWITNESS_STORE_URL", SECRET), ("PAGEWITNESS_FILES_URL", "s3://bucket/prefix")]
)
def test_an_address_without_its_extra_is_refused_with_the_command_to_run(
    setting: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(setting, address)
    monkeypatch.setitem(errors._EXTRAS, "team", ("no_such_package",))
    with pytest.raises(BadInputError, match=rf"{setting} needs.*pip install 'pagewitness\[team\]'"):
        dependencies.home_stores()


def test_a_database_that_does_not_answer_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("PAGEWITNESS_STORE_URL", SECRET)
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    checks = {check["name"]: check for check in run_checks()["checks"]}
    assert not checks["store"]["ok"]
    assert "postgresql://someone@127.0.0.1:9/papers" in checks["store"]["detail"]
    assert "hunter2" not in f"{checks}{settings()!r}"


def test_the_health_check_names_the_database_and_tries_it(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    checks = {check["name"]: check for check in run_checks()["checks"]}
    assert (checks["store"]["ok"], checks["store"]["detail"]) == (True, database)
    assert [check for check in checks.values() if not check["ok"]] == []


@pytest.mark.parametrize(
    ("setting", "address", "check", "said"),
    [
        (
            "QUOTA_URL",
            "redis://:hunter2@127.0.0.1:9/0",
            "quota",
            "redis://127.0.0.1:9/0 (PAGEWITNESS_QUOTA_URL) cannot",
        ),
        (
            "QUOTA_URL",
            SECRET,
            "quota",
            "postgresql://someone@127.0.0.1:9/papers (PAGEWITNESS_QUOTA_URL) cannot be used",
        ),
        (
            "FILES_URL",
            "file:///dev/null/files",
            "files",
            "file:///dev/null/files (PAGEWITNESS_FILES_URL) cannot be made",
        ),
    ],
)
def test_the_health_check_tries_what_is_set_though_all_runs_offline(
    setting: str, address: str, check: str, said: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    monkeypatch.setenv(f"PAGEWITNESS_{setting}", address)
    checks = {one["name"]: one for one in run_checks()["checks"]}
    assert not checks[check]["ok"]
    assert said in checks[check]["detail"]
    assert "hunter2" not in str(checks)


def test_a_database_leaves_the_home_folder_to_all_processes(database: str, home: Path) -> None:
    dependencies.home_stores().acquire_for_writing()
    assert home.is_dir()
    assert not (home / "owner.lock").exists()
    assert not (home / "catalog.sqlite3").exists()
