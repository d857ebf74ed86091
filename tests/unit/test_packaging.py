"""What pyproject.toml and the package data promise: every import is declared, and `serve` has its configuration."""

from __future__ import annotations

import json
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from graph import errors
from graph.cli import serve
from graph.errors import BadInputError, require_extra
from tests.unit.test_architecture import ROOT, SOURCES, imports, name_of

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
# The files that an extra is for; all others import base dependencies only.
FILES_OF = {
    "offline": (
        "graph/engines/offline/",
        "loaders/ocr/",
        "loaders/charts/",
        "loaders/diagrams/",
        "loaders/pages/images.py",
        "loaders/pdf/layout_steps.py",
        "loaders/pdf/outlines.py",
    ),
    "server": ("web/", "graph/cli/serve.py"),
    "team": (
        "graph/storage/blobs.py",
        "graph/storage/postgres/",
        "graph/storage/quota.py",
        "graph/storage/redis_quota.py",
    ),
    "ray": ("loaders/pages/ray_pool.py", "loaders/pages/ray_worker.py"),
    "aegra": ("web/aegra.py", "web/aegra_shares.py", "web/own_server.py"),
}
# Libraries whose internals are used, or that the code depends on by major version.
UNBOUNDED = {"tzdata"}  # data, versioned by year


def names(requirements: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}


def third_party(path: Path) -> set[str]:
    """Return the top-level modules of other distributions that a file imports."""
    ours = {"graph", "loaders", "prompts", "web"}
    return {module.partition(".")[0] for module in imports(path)} - ours - set(sys.stdlib_module_names) - {"__future__"}


@pytest.mark.heavy
def test_every_import_is_declared_in_the_base_or_in_the_extra_of_its_file() -> None:
    base, distributions = names(PROJECT["dependencies"]), packages_distributions()
    undeclared = []
    for path in SOURCES:
        extras = [extra for extra, places in FILES_OF.items() if name_of(path).startswith(places)]
        allowed = base.union(*(names(EXTRAS[extra]) for extra in extras))
        for module in third_party(path):
            found = {canonicalize_name(name) for name in distributions.get(module, [module])}
            if not found & allowed:
                undeclared.append(f"{name_of(path)} imports {module}")
    assert undeclared == []


def test_every_dependency_has_an_upper_bound() -> None:
    listed = [*PROJECT["dependencies"], *(text for extra in FILES_OF for text in EXTRAS[extra])]
    requirements = [Requirement(text) for text in listed]
    unbounded = {
        requirement.name
        for requirement in requirements
        if not any(specifier.operator in ("<", "==", "~=") for specifier in requirement.specifier)
    }
    assert unbounded == UNBOUNDED


def test_the_development_environment_has_all_extras() -> None:
    assert "pagewitness[all]" in EXTRAS["dev"]
    (everything,) = EXTRAS["all"]
    assert Requirement(everything).extras == {"eval", "offline", "server"}


def test_serve_is_configured_as_langgraph_json_configures_langgraph_dev() -> None:
    from langgraph_cli.config import validate_config_file

    validated: Any = validate_config_file(ROOT / "langgraph.json")
    assert serve.config() == {key: validated[key] for key in ("graphs", "env", "http", "auth", "webhooks")}


def test_an_image_built_from_langgraph_json_has_the_offline_engine() -> None:
    dependencies = json.loads((ROOT / "langgraph.json").read_text("utf-8"))["dependencies"]
    assert dependencies == [".", *EXTRAS["offline"]]


@pytest.mark.parametrize("extra", ["offline", "server", "team"])
def test_a_missing_extra_is_named_in_one_sentence(extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    require_extra(extra, "This")  # everything is installed here
    monkeypatch.setitem(errors._EXTRAS, extra, ("json", "no_such_package"))
    with pytest.raises(BadInputError) as caught:
        require_extra(extra, "This")
    assert str(caught.value) == (
        f"This needs packages that are not installed (no_such_package): run `pip install 'pagewitness[{extra}]'`."
    )
