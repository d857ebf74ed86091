"""The cache of the offline model's graph: stored once, and not used if it is damaged or of another model."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from graph.engines.offline.minilm import MiniLM
from graph.engines.offline.minilm_cache import load_or_build

GRAPH = b"a graph" * 1000


def never() -> bytes:
    raise AssertionError("it was built again")


def built(graph: bytes = GRAPH) -> Callable[[], bytes]:
    return lambda: graph


def test_the_second_start_reads_what_the_first_one_built(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "pagewitness"
    assert load_or_build(folder, "1", built()) == GRAPH
    assert load_or_build(folder, "1", never) == GRAPH
    assert len(list(folder.iterdir())) == 1


def test_another_model_is_built(tmp_path: Path) -> None:
    load_or_build(tmp_path, "1", built())
    assert load_or_build(tmp_path, "2", built(b"other")) == b"other"
    assert load_or_build(tmp_path, "1", never) == GRAPH


@pytest.mark.parametrize("damage", [lambda raw: raw[:-1], lambda raw: b"", lambda raw: raw[:50] + b"?" + raw[51:]])
def test_a_damaged_file_is_built_and_stored_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    load_or_build(tmp_path, "1", built())
    (file,) = tmp_path.iterdir()
    file.write_bytes(damage(file.read_bytes()))
    assert load_or_build(tmp_path, "1", built()) == GRAPH
    assert load_or_build(tmp_path, "1", never) == GRAPH


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    assert load_or_build(blocked / "cache", "1", built()) == GRAPH
    assert load_or_build(None, "1", built()) == GRAPH


def test_several_may_store_it_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        graphs = list(threads.map(lambda _: load_or_build(tmp_path, "1", built()), range(32)))
    assert set(graphs) == {GRAPH}
    assert len(list(tmp_path.iterdir())) == 1


def test_the_stored_model_gives_the_same_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (first,), (second,) = MiniLM().encode(["The lamp was lit."]), MiniLM().encode(["The lamp was lit."])
    assert len(list((tmp_path / "pagewitness").iterdir())) == 1
    np.testing.assert_array_equal(first.vector, second.vector)
    np.testing.assert_array_equal(first.tokens, second.tokens)
