"""Guards of the libraries' internals in use, one for each row of docs/internals.md.

A failure means that an upgrade has moved an internal: docs/internals.md says what it is used for and which test shows
whether a replacement works. Raise the upper bound in pyproject.toml only together with that change.
"""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import subprocess
import sys
import tomllib
from multiprocessing.context import SpawnContext, SpawnProcess
from pathlib import Path
from typing import Any, TypedDict

import chromadb
import onnxruntime
import pymupdf
import pytest
from chromadb.config import Settings as ChromaSettings
from langchain_core.callbacks import BaseCallbackHandler
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.config import get_config
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from packaging.requirements import Requirement
from pebble import ProcessFuture, ProcessPool
from pebble.pool.base_pool import Task, TaskPayload

from loaders.pages.cpu import single_threaded_onnx
from loaders.pdf import document as ours
from tests.conftest import ROOT, SAMPLE


class Asking(TypedDict):
    asks: bool


PAGE = "see docs/internals.md"
GUARDED = (
    "langgraph",
    "langgraph-api",
    "langchain-core",
    "chromadb",
    "pebble",
    "onnxruntime",
    "pymupdf",
    "pymupdf4llm",
)


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_every_guarded_library_has_an_upper_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    lines = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    bounded = {
        requirement.name
        for requirement in map(Requirement, lines)
        if any(part.operator in ("<", "==") for part in requirement.specifier)
    }
    assert set(GUARDED) - bounded == set()


def test_the_page_lists_each_guard_of_this_file() -> None:
    listed = set(re.findall(r"`(test_\w+)`", (ROOT / "docs" / "internals.md").read_text("utf-8")))
    here = {name for name in globals() if name.startswith("test_") and name not in _ABOUT_THE_PAGE}
    assert here - listed == set()


_ABOUT_THE_PAGE = ("test_every_guarded_library_has_an_upper_bound", "test_the_page_lists_each_guard_of_this_file")


def test_a_compiled_graph_can_be_copied_into_a_subclass() -> None:
    assert parameters(CompiledStateGraph.copy) == ["self", "update"], PAGE
    for method in ("stream", "astream", "bulk_update_state", "abulk_update_state"):
        assert callable(getattr(CompiledStateGraph, method, None)), f"CompiledStateGraph.{method} is gone: {PAGE}"


def test_chroma_forgets_a_deleted_folder(tmp_path: Path) -> None:
    def connect() -> Any:
        return chromadb.PersistentClient(str(tmp_path / "chroma"), settings=ChromaSettings(anonymized_telemetry=False))

    client = connect()
    client.create_collection("tides", embedding_function=None)
    assert [one.name for one in connect().list_collections()] == ["tides"]
    for path in sorted((tmp_path / "chroma").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    assert callable(getattr(client, "clear_system_cache", None)), f"Client.clear_system_cache is gone: {PAGE}"
    client.clear_system_cache()
    assert connect().list_collections() == [], f"a new client still serves the deleted folder: {PAGE}"


def test_stream_handlers_of_the_second_protocol_are_told_by_their_name() -> None:
    from langgraph.pregel import _messages

    handlers = {
        name: kind
        for name, kind in vars(_messages).items()
        if isinstance(kind, type) and issubclass(kind, BaseCallbackHandler) and name.startswith("Stream")
    }
    assert set(handlers) == {"StreamMessagesHandler", "StreamMessagesHandlerV2"}, f"other stream handlers: {PAGE}"


def test_a_node_is_told_of_the_checkpointer_and_of_the_graphs_around_it() -> None:
    from graph.query import ask_back, streaming

    def look(state: dict[str, bool]) -> dict[str, bool]:
        config = get_config()
        assert config["metadata"][streaming._NAMESPACE].startswith("look:"), PAGE
        return {"asks": bool(config["configurable"].get(ask_back._CHECKPOINTER))}

    builder: Any = StateGraph(Asking)
    graph = builder.add_node("look", look).add_edge(START, "look").add_edge("look", END)
    thread: Any = {"configurable": {"thread_id": "1"}}
    assert not graph.compile().invoke({"asks": True}, thread)["asks"], f"there is no checkpointer: {PAGE}"
    assert graph.compile(checkpointer=InMemorySaver()).invoke({"asks": False}, thread)["asks"], f"there is one: {PAGE}"


@pytest.mark.skipif(sys.platform == "win32", reason="there the spawned process is created in another way")
def test_a_spawned_process_can_be_started_without_the_main_script() -> None:
    assert isinstance(inspect.getattr_static(SpawnProcess, "_Popen", None), staticmethod), f"_Popen is gone: {PAGE}"
    assert parameters(SpawnProcess._Popen) == ["process_obj"], PAGE
    assert SpawnContext.Process is SpawnProcess, PAGE


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere processes are spawned")
def test_a_fork_server_can_be_started_by_another() -> None:
    from multiprocessing import connection, current_process, forkserver, popen_forkserver, util

    server: Any = forkserver.ForkServer()
    assert vars(server) == {
        "_forkserver_address": None, "_forkserver_alive_fd": None, "_forkserver_pid": None, "_inherited_fds": None,
        "_lock": server._lock, "_preload_modules": ["__main__"],
    }, PAGE  # fmt: skip
    for method in (server._stop_unlocked, server.connect_to_new_process, server.ensure_running):
        assert callable(method), PAGE
    assert parameters(forkserver.main)[:3] == ["listener_fd", "alive_r", "preload"], PAGE
    assert parameters(popen_forkserver.Popen._launch) == ["self", "process_obj"], PAGE
    internals: Any = (connection, util)
    assert callable(internals[0].arbitrary_address), PAGE
    assert callable(internals[1].close_fds), PAGE
    here: Any = current_process()
    assert here._config.get("tempdir") in (None, util.get_temp_dir()), PAGE


def test_the_jobs_and_processes_of_a_pool_can_be_compared() -> None:
    with ProcessPool(1) as pool:
        assert pool.schedule(abs, [-1]).result() == 1
        manager = pool._pool_manager
        assert len(manager.worker_manager.workers) == manager.worker_manager.workers_number == 1, PAGE
        assert manager.task_manager.tasks == {}, PAGE
    task = Task(1, ProcessFuture(), None, TaskPayload(abs, (), {}))
    assert (task.started, task.worker_id, task.future.done()) == (False, 0, False), PAGE


def test_onnx_models_can_be_kept_to_one_thread(tmp_path: Path) -> None:
    from onnx import TensorProto, helper

    node = helper.make_node("Identity", ["given"], ["result"])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("given", "result")]
    model = helper.make_model(helper.make_graph([node], "tiny", ends[:1], ends[1:]), ir_version=9)
    model.opset_import[0].version = 17
    path = tmp_path / "keep.onnx"
    path.write_bytes(model.SerializeToString())
    with single_threaded_onnx(["keep"]):
        session = onnxruntime.InferenceSession(str(path), onnxruntime.SessionOptions())
        other = tmp_path / "other.onnx"
        other.write_bytes(path.read_bytes())
        plain = onnxruntime.InferenceSession(str(other), onnxruntime.SessionOptions())
    options = session.get_session_options()
    assert (options.intra_op_num_threads, options.enable_cpu_mem_arena) == (1, True), PAGE
    assert (options.enable_mem_pattern, plain.get_session_options().enable_mem_pattern) == (True, False), PAGE
    assert onnxruntime.SessionOptions().intra_op_num_threads == 0, "the change outlives the context"


def test_the_server_can_be_started_from_python() -> None:
    cli = pytest.importorskip("langgraph_api.cli")
    known = parameters(cli.run_server)
    needed = {"host", "port", "reload", "n_jobs_per_worker", "graphs", "env", "http", "auth", "webhooks"}
    assert needed - set(known) == set(), f"langgraph_api.cli.run_server lacks arguments: {PAGE}"


@pytest.mark.heavy
def test_the_server_can_be_kept_from_measuring_what_no_route_shows() -> None:
    """In a process of its own: the server's modules read their environment as they are imported."""
    pytest.importorskip("langgraph_api.cli")
    look = """
from langgraph_api import metrics_otlp
metrics_otlp.METRIC_TIER_CRITICAL == metrics_otlp.OTelMetricsReporter()._max_tier or exit("measures more")
"""
    environment = {**os.environ, "METRIC_MAX_EMITTING_TIER": "1", "DATABASE_URI": ":memory:", "REDIS_URI": "fake"}
    environment |= {"LANGGRAPH_RUNTIME_EDITION": "inmem", "MIGRATIONS_PATH": "__inmem"}
    done = subprocess.run([sys.executable, "-c", look], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"METRIC_MAX_EMITTING_TIER is not read any more: {PAGE}\n{done.stderr[-2000:]}"


@pytest.mark.heavy
def test_a_run_can_be_started_without_the_queue() -> None:
    """In a process of its own: the server's modules read their environment as they are imported."""
    pytest.importorskip("langgraph_api.cli")
    look = """
import inspect
import os
from langgraph_api import config, feature_flags, webhook, worker
from langgraph_runtime_inmem import database, ops, queue
claims = inspect.getsource(ops.Runs.next)
wanted = ("RUN_LOCK", "connect()", "retry_counter.increment(run_id)", '["status"] = "running"')
print([name in claims for name in wanted])
print(list(inspect.signature(database.InMemoryRetryCounter.increment).parameters), sorted(database.GLOBAL_STORE)[-2:])
print(list(inspect.signature(ops.Runs.next).parameters), list(inspect.signature(worker.worker).parameters)[:3])
print(type(queue.WORKERS).__name__, config.N_JOBS_PER_WORKER, config.BG_JOB_ISOLATED_LOOPS)
print(feature_flags.IS_POSTGRES_OR_GRPC_BACKEND, list(inspect.signature(webhook.call_webhook).parameters))
"""
    environment = {"DATABASE_URI": ":memory:", "REDIS_URI": "fake", "LANGGRAPH_RUNTIME_EDITION": "inmem",
                   "MIGRATIONS_PATH": "__inmem", "N_JOBS_PER_WORKER": "3"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", look], env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [
        "[True, True, True, True]", "['self', 'run_id'] ['runs', 'threads']",
        "['wait', 'limit'] ['run', 'attempt', 'main_loop']", "set 3 False", "False ['result']"
    ], f"{done.stderr[-2000:]}\n{PAGE}"  # fmt: skip


def test_the_files_of_threads_can_be_placed() -> None:
    from langgraph.checkpoint.memory import PersistentDict

    assert parameters(PersistentDict.__init__) == ["self", "args", "filename", "kwds"], PAGE
    assert parameters(PersistentDict.sync) == ["self"], PAGE
    assert parameters(PersistentDict.dump) == ["self", "fileobj"], PAGE
    source = importlib.util.find_spec("langgraph_runtime_inmem.database")
    assert source, PAGE
    text = Path(str(source.origin)).read_text("utf-8")
    assert 'OPS_FILENAME = os.path.join(".langgraph_api", ".langgraph_ops.pckl")' in text, PAGE
    assert "GlobalStore(filename=OPS_FILENAME)" in text, PAGE


def test_the_layout_helpers_of_pymupdf4llm_are_there() -> None:
    from pymupdf4llm.helpers import utils

    assert parameters(utils.clean_pictures)[:2] == ["page", "blocks"], PAGE
    assert parameters(utils.add_image_orphans)[:2] == ["page", "blocks"], PAGE
    assert len(parameters(utils.find_reading_order)) >= 3, PAGE
    assert len(parameters(utils.iou)) == 2, PAGE
    ours.load_layout_models()
    with pymupdf.open(SAMPLE) as document:
        page = document.load_page(0)
        page.get_layout(return_raw=True)
        assert page.layout_information, f"Page.get_layout finds nothing: {PAGE}"
        assert {"group_bbox", "class_name"} <= page.layout_information[0].keys(), PAGE


def test_the_layout_models_can_be_loaded_later() -> None:
    """The import of the library loads them; ours keeps them out of a process until a page needs them."""
    code = (
        "import sys, loaders.pdf.document as ours, pymupdf\n"
        "assert 'pymupdf.layout' not in sys.modules and pymupdf._get_layout is None\n"
        "ours.load_layout_models()\n"
        "assert 'pymupdf.layout' in sys.modules and callable(pymupdf._get_layout)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{PAGE}\n{done.stderr}"


@pytest.mark.heavy
def test_the_layout_models_are_loaded_once_more_where_another_module_has_loaded_them() -> None:
    """What imports the library first, as a script may, has them with a thread for each core."""
    code = (
        "import pymupdf\n"
        "import pymupdf.layout\n"
        "theirs = pymupdf._get_layout\n"
        "import loaders.pdf.document as ours\n"
        "ours.load_layout_models()\n"
        "assert callable(theirs) and callable(pymupdf._get_layout) and pymupdf._get_layout is not theirs"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{PAGE}\n{done.stderr}"


def test_rapidocr_recognises_all_lines_in_one_method() -> None:
    import numpy as np

    from loaders.ocr.recognition import rapid_ocr

    assert parameters(type(rapid_ocr()).__mro__[1].recognize_txt)[1:] == ["img"], PAGE
    engine = rapid_ocr()
    engine.pieces = []
    page = np.full((200, 600, 3), 255, np.uint8)
    page[80:110, 40:560:12] = 0
    engine(page)
    assert engine.pieces, f"RapidOCR does not call recognize_txt with the lines that it found: {PAGE}"


def test_rapidocr_loads_its_list_of_models_as_one_that_can_be_shortened() -> None:
    """It is read while RapidOCR is imported; a full one would have the models of libraries that are not used."""
    code = (
        "import loaders.ocr.rapid, omegaconf\n"
        "from pathlib import Path\n"
        "from rapidocr.inference_engine.base import MODEL_URL_PATH, InferSession\n"
        "whole = omegaconf.OmegaConf.load(MODEL_URL_PATH)\n"
        "assert InferSession.model_info.onnxruntime == whole.onnxruntime\n"
        "assert {'paddle', 'torch'} <= whole.keys() - InferSession.model_info.keys()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{PAGE}\n{done.stderr}"


def test_rapidocr_uses_sessions_that_are_opened_for_it() -> None:
    from loaders.ocr.recognition import _default_ocr, rapid_ocr

    for model in (rapid_ocr()._load_det_model(), rapid_ocr()._load_rec_model(), _default_ocr()._load_rec_model()):
        options = model.session.session.get_session_options()
        used = (options.intra_op_num_threads, options.enable_cpu_mem_arena, options.enable_mem_pattern)
        assert used == (1, True, False), PAGE
        assert options.get_session_config_entry("session.use_env_allocators") == "1", PAGE


def test_the_recogniser_gives_steps_over_its_characters() -> None:
    import numpy as np

    from loaders.ocr.recognition import rapid_ocr

    recogniser = rapid_ocr()._load_rec_model()
    scaled = recogniser.resize_norm_img(np.full((24, 240, 3), 255, np.uint8), 10.0)
    assert scaled.shape == (3, 48, 480), PAGE
    steps = recogniser.session(scaled[np.newaxis])
    assert steps.shape == (1, 60, len(recogniser.postprocess_op.character)), PAGE
    assert recogniser.postprocess_op.character[0] == "blank", PAGE


def test_a_window_in_redis_counts_what_came_later() -> None:
    from graph.storage import redis_quota

    assert "'ZCOUNT', bucket, window_start, '+inf')" in redis_quota._PUT
    assert redis_quota._PUT.count("window_start, now") == 0
