"""Fixtures and settings for all tests: an empty home folder, no keys, no network, and one ingested sample."""

from __future__ import annotations

import fcntl
import gc
import os
import shutil
import socket
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Protocol

import certifi
import pytest
from hypothesis import HealthCheck, settings

# As the command line and the server have it, before anything imports numpy: with several threads, which wait for each
# other by spinning, the ingestion of a page took .16 CPU seconds in place of .10, and a question .019 in place of .013.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Through the application, before any test imports it: by itself it would load the layout models with a thread for each
# core, which spin. The tests of PDFs and charts took 109 CPU seconds that way, and take 69.
from loaders.pdf.document import pymupdf
from tests.dev_server import Server, print_log, run_server
from tests.distribution import make_scheduler, sort_files
from tests.loopback import raise_loopback
from tests.postgres import drop_database, new_database
from tests.redis_server import new_redis

# Checkpoints may then hold declared types only: what a strict server would refuse fails here too.
os.environ["LANGGRAPH_STRICT_MSGPACK"] = "true"

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "examples" / "sample.pdf"
DATA = ROOT.parent / "shared" / "data"
SERVER_TOKEN = "a token of the tests"
_LOCAL = ("127.", "::1", "localhost", "0.0.0.0")
_OURS = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_", "LANGSMITH_", "LANGCHAIN_")


# No example fails for being slow. Each run tries the same ones, so that what fails has to do with what was changed;
# `make long` looks for others.
for _profile, _same in (("same-examples", True), ("new-examples", False)):
    settings.register_profile(_profile, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=_same)


def pytest_configure(config: pytest.Config) -> None:
    """Let the tests' servers run without a network, as under `unshare -n`, and choose the examples of Hypothesis."""
    raise_loopback()
    settings.load_profile(config.getoption("--hypothesis-profile") or "same-examples")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Distribute the files over several workers as `tests/distribution.py` says."""
    return make_scheduler(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put long files first; skip tests marked `data` where the data set is absent."""
    sort_files(items)
    if not DATA.is_dir():
        for item in items:
            if item.get_closest_marker("data"):
                item.add_marker(pytest.mark.skip(reason="the development data set is not beside the repository"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Exclude imported objects from garbage collection: to traverse them took each worker 2.4 CPU s, 5 % of a run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Fail every connection that would leave this machine; loopback is allowed."""

    def local(address: Any) -> bool:
        return not isinstance(address, tuple) or str(address[0]).startswith(_LOCAL)

    def guarded(original: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: Any) -> Any:
            if not local(address):
                raise AssertionError(f"a test tried to reach {address}")
            return original(self, address)

        return connect

    def lookup(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host and not local((host if isinstance(host, str) else host.decode(),)):
            raise AssertionError(f"a test tried to look up {host}")
        return getaddrinfo(host, *args, **kwargs)

    getaddrinfo = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", lookup)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_dot_env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep a developer's `.env`, which may hold a key, out of the tests."""
    from graph import settings

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "_FOLDER", tmp_path_factory.mktemp("empty"))
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let HTTP clients, here and in the processes of tests, trust one certificate authority instead of 140.

    The tests reach this machine only, without TLS. Each client loads the list: 37 ms of CPU time, now 2.
    """
    end = "-----END CERTIFICATE-----"
    listed = certifi.contents()
    file = tmp_path_factory.mktemp("authority") / "authority.pem"
    file.write_text(listed[listed.index("-----BEGIN") : listed.index(end)] + f"{end}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home folder for each test, in an environment without keys."""
    for name in list(os.environ):
        if name.startswith(_OURS):
            monkeypatch.delenv(name)
    folder = tmp_path / "home"
    monkeypatch.setenv("PAGEWITNESS_HOME", str(folder))
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "auto")  # known to the patch, so that what a command sets is undone
    monkeypatch.setenv("LANGSMITH_TRACING", "false")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.fixture(scope="session")
def _sample_home(_no_dot_env: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, ingested once and copied for each worker. Tests read it through `library`."""
    everyones = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        everyones = everyones.parent
    made = everyones / "sample-home"
    with (everyones / "sample-home.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait: to ingest it takes 7 CPU seconds
        if not made.exists():
            _ingest_sample(unfinished := everyones / "sample-home.part")
            unfinished.rename(made)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("library") / "home"))


def _ingest_sample(folder: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGEWITNESS_HOME", str(folder))
        patch.setenv("PAGEWITNESS_ENGINE", "offline")
        patch.setenv("LANGSMITH_TRACING", "false")
        from graph import dependencies
        from graph.app import app

        report = app.invoke({"sources": [str(SAMPLE)]})["report"]
        dependencies.home_stores().close()
    assert report["documents"][0]["status"] == "complete", report


@pytest.fixture
def library(_sample_home: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder that holds the sample; not to be changed."""
    monkeypatch.setenv("PAGEWITNESS_HOME", str(_sample_home))
    return _sample_home


class FillHome(Protocol):
    """Fill the empty home folder by `make`, or with a copy of what the same function left in an earlier test."""

    def __call__(self, make: Callable[[], object]) -> None: ...


@pytest.fixture(scope="module")
def _made_homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("made")


@pytest.fixture
def fill_home(home: Path, _made_homes: Path) -> FillHome:
    """A function that ingests once for all tests of a file and gives each a copy: to ingest takes .2 to .7 CPU s.

    Functions are distinguished by their names, so a parameter of the fixture must not change what they make.
    """

    def fill(make: Callable[[], object]) -> None:
        made = _made_homes / make.__qualname__
        if made.exists():
            shutil.copytree(made, home)
            return
        make()
        shutil.copytree(home, made)

    return fill


@pytest.fixture(params=["postgres", "redis"])
def quota_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty store of quotas, each kind in turn."""
    if request.param == "redis":
        yield new_redis()
        return
    made = new_database()
    yield made
    drop_database(made)


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The development server of all tests that need no other settings; use it through `server`.

    It may read the folder of the sample and the folders `examples` and `allowed` beside its home folder. Uploads are
    limited to 1 MB.
    """
    folder = tmp_path_factory.mktemp("server")
    shutil.copytree(SAMPLE.parent, folder / "examples")
    (folder / "allowed").mkdir()
    readable = os.pathsep.join(map(str, (folder / "examples", folder / "allowed", SAMPLE.parent)))
    with run_server(folder, PAGEWITNESS_ALLOWED_FOLDERS=readable, PAGEWITNESS_UPLOAD_MB="1") as running:
        yield running


@pytest.fixture
def server(shared_server: Server) -> Iterator[Server]:
    """The shared development server; what it logs during a test is shown if the test fails."""
    with print_log(shared_server):
        yield shared_server


@pytest.fixture(scope="session")
def token_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A development server with an access token."""
    folder = tmp_path_factory.mktemp("token-server")
    with run_server(folder, PAGEWITNESS_SERVER_TOKEN=SERVER_TOKEN) as running, print_log(running):
        yield running


class MakePdf(Protocol):
    """Write a small PDF: one page for each text, encrypted if a password is given."""

    def __call__(self, name: str, *texts: str, password: str = "") -> Path: ...


def write_pdf(path: Path, *texts: str, password: str = "") -> Path:
    """Write a small PDF: one page for each text, encrypted if a password is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document: Any = pymupdf.open()
    for text in texts:
        page = document.new_page(width=420, height=595)
        page.insert_textbox((40, 200, 380, 555), text, fontsize=11)  # lower than a running header
    lock = {"encryption": 5, "owner_pw": "owner", "user_pw": password} if password else {}
    document.save(str(path), **lock)
    document.close()
    return path


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The address of a new Postgres database; skips the test where no server can be started."""
    from tests.postgres import drop_database, new_database

    made = new_database()
    yield made
    drop_database(made)


@pytest.fixture
def make_pdf(tmp_path: Path) -> MakePdf:

    def make(name: str, *texts: str, password: str = "") -> Path:
        return write_pdf(tmp_path / name, *texts, password=password)

    return make
