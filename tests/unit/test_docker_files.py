"""The image and the services around it are as LangGraph's command line would have them, and what is ours is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.docker_files import CHROMA_VERSION, FILES, PORT, langgraphs_services


def written(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_what_langgraph_makes_of_its_configuration(name: str) -> None:
    assert written(name) == FILES[name](), "`make docker` writes it anew, from langgraph.json"


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value:
            yield path, str(inner).strip('"')
    else:
        yield path, str(value).strip('"')


def test_nothing_of_langgraphs_services_is_missing() -> None:
    """But for two ports: the database is not reached from outside, and the server from this machine alone."""
    ours = set(leaves(yaml.safe_load(written("docker-compose.yml"))))
    theirs = set(leaves(langgraphs_services()))
    assert {path for path, _ in theirs - ours} == {
        ("services", "langgraph-postgres", "ports"),
        ("services", "langgraph-api", "ports"),
    }
    assert (("services", "langgraph-api", "ports"), f"127.0.0.1:{PORT}:8000") in ours


def test_the_image_serves_behind_locked_doors_and_tells_nobody() -> None:
    """`env` of langgraph.json does not reach the image: without this a graph would read any file of its container."""
    (line,) = re.findall(r"^ENV (PAGEWITNESS_.*)$", written("Dockerfile"), re.M)
    set_to = dict(pair.split("=", 1) for pair in line.split())
    assert (set_to["PAGEWITNESS_SERVED"], set_to["LANGSMITH_TRACING"]) == ("1", "false")
    services = yaml.safe_load(written("docker-compose.yml"))["services"]
    api = services["langgraph-api"]
    assert api["environment"]["PAGEWITNESS_HOME"] == set_to["PAGEWITNESS_HOME"]
    assert api["volumes"] == [f"pagewitness-home:{set_to['PAGEWITNESS_HOME']}"]
    assert api["environment"]["PAGEWITNESS_SERVER_TOKEN"].startswith("${PAGEWITNESS_SERVER_TOKEN:?")
    assert f"chromadb=={CHROMA_VERSION}\n" in written("constraints.txt"), "client and server of Chroma are of a version"


def test_no_secret_and_no_document_goes_into_the_image() -> None:
    ignored = written(".dockerignore").splitlines()
    assert {".env", ".env.*", ".git", ".pagewitness", ".langgraph_api", ".venv"} <= set(ignored)


def test_no_quotation_mark_ends_a_value_early() -> None:
    """LangGraph writes the settings between single quotation marks, whatever is in them."""
    assert "'" not in written("langgraph.json")
