"""Random operations of three processes on one Postgres, one of which is killed again and again.

Whatever they did, the database then holds what was given last: nothing double, nothing missing, nothing left over. The
seed is printed; `make drills` runs it.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from graph import dependencies
from graph.access import Scope
from graph.app import app
from tests.conftest import ROOT
from tests.postgres import drop_database, new_database

pytestmark = [pytest.mark.slow, pytest.mark.processes]

SECONDS = 120
LEASE_S = 6.0
TEXT = "Crane {0}, day {1}. The number of crane {0} is {0}{1}, and its keeper oiled the winch {1} times in the harbour."
WORKER = f"""
import os, random, sys
from pathlib import Path
from graph import dependencies
from graph.access import Scope
from graph.app import app
from graph.errors import BadInputError, HomeError, ModelError
from graph.ingestion import leases
from graph.maintenance.graph import app as upkeep
from graph.storage.cleanup import remove

leases.LEASE_S, leases._RENEWED_EVERY_S = {LEASE_S}, {LEASE_S / 6}
chance, folder = random.Random(int(sys.argv[1])), Path(sys.argv[2])
files, contents = sorted((folder / "in").glob("f?.txt")), sorted((folder / "contents").glob("*.txt"))
while not (folder / "stop").exists():
    act = chance.choices(["read", "replace", "delete", "reread", "ask", "reembed", "rechunk"], [6, 4, 3, 2, 3, 1, 1])[0]
    try:
        if act == "replace":
            partial = folder / "in" / f"{{os.getpid()}}.part"
            partial.write_bytes(chance.choice(contents).read_bytes())
            partial.replace(chance.choice(files))
        elif act in ("read", "reread"):
            chosen = [str(path) for path in chance.sample(files, 2)]
            app.invoke({{"sources": chosen}}, context={{"reread": act == "reread"}})
        elif act == "ask":
            app.invoke({{"question": f"What is the number of crane {{chance.randrange(8)}}?"}})
        elif act == "delete":
            stores = dependencies.stores(Scope.everything())
            if rows := stores.catalog.documents():
                remove(stores, chance.choice(rows).id)
        else:
            upkeep.invoke({{"task": act}})
    except (BadInputError, HomeError, ModelError) as error:
        print(act, error, flush=True)  # told in a sentence: a document that another deleted, a rebuild that was killed
dependencies.home_stores().close()
dependencies.pool().close()
"""
_OF = "FROM chunks c JOIN documents d ON d.id = c.document AND d.generation = c.generation"
NOTHING = {
    "a document in no collection": "documents d WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.document = d.id)",
    "a chunk that is not published":
        "chunks c JOIN documents d ON d.id = c.document WHERE c.generation <> d.generation",
    "a vector of no chunk": "chunk_vectors v WHERE NOT EXISTS (SELECT 1 FROM chunks c WHERE c.id = v.chunk)",
    "a chunk without vectors": f"(SELECT c.id {_OF}) c WHERE c.id NOT IN (SELECT chunk FROM chunk_vectors)",
    "a chunk without token vectors": f"(SELECT c.id {_OF}) c WHERE c.id NOT IN (SELECT chunk FROM token_vectors)",
    "a chunk that no word finds": "chunks c WHERE NOT EXISTS (SELECT 1 FROM units u WHERE u.chunk = c.id)",
    "a chunk twice": "(SELECT 1 FROM chunks GROUP BY document, generation, ordinal HAVING count(*) > 1) twice",
    "a page that is not read": "pages WHERE status <> 'read'",
    "a lease": "lease WHERE until > extract(epoch FROM now())",
    "a wrong count of words":
        "(SELECT word, count(*) AS n FROM units, unnest(tsvector_to_array(words) || ARRAY['']) word GROUP BY word "
        "UNION ALL SELECT ' ', sum(cardinality(positions)) FROM units, unnest(words)) a "
        "FULL JOIN (SELECT * FROM unit_terms WHERE doc <> 0) b ON a.word = b.term WHERE n IS DISTINCT FROM doc",
    "a connection":
        "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in %'",
}  # fmt: skip


@pytest.mark.parametrize("seed", [random.randrange(10**6)])
def test_three_processes_leave_what_was_given_last(
    seed: int, tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, chance = new_database(), random.Random(seed)
    for folder in ("in", "contents"):
        (tmp_path / folder).mkdir()
        for number in range(6 if folder == "in" else 8):
            text = "\n\n".join(TEXT.format(number, day) for day in range(12))
            (tmp_path / folder / f"f{number}.txt").write_text(text, "utf-8")
    for name, value in {"STORE_URL": url, "FILES_URL": f"file://{tmp_path}/files", "ENGINE": "offline"}.items():
        monkeypatch.setenv(f"PAGEWITNESS_{name}", value)

    def start(number: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-c", WORKER, str(chance.random())[2:], str(tmp_path)], cwd=ROOT, start_new_session=True,
            env=os.environ | {"PAGEWITNESS_HOME": str(tmp_path / f"home-{number}")},
        )  # fmt: skip

    workers, killed = [start(number) for number in range(3)], 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        time.sleep(chance.uniform(8, 25))
        number = chance.randrange(3)
        os.killpg(workers[number].pid, signal.SIGKILL)
        workers[number].wait()
        workers[number], killed = start(number), killed + 1
    (tmp_path / "stop").touch()
    assert [worker.wait(180) for worker in workers] == [0, 0, 0], "an error without a sentence"
    time.sleep(LEASE_S)
    from graph.maintenance.graph import app as upkeep

    upkeep.invoke({"task": "reembed"})  # one may have been killed half-way
    given = sorted((tmp_path / "in").glob("f?.txt"))
    app.invoke({"sources": [str(path) for path in given]})
    catalog = dependencies.stores(Scope.everything()).catalog
    there = {row.id for row in catalog.documents()}
    assert there == {hashlib.sha256(path.read_bytes()).hexdigest()[:16] for path in given}
    with psycopg.connect(url) as connection:
        for what, query in NOTHING.items():
            assert connection.execute(f"SELECT count(*) FROM {query}".encode()).fetchone() == (0,), what
    images = set(catalog.images())
    assert images
    assert images <= {path.name for path in (tmp_path / "files").rglob("*")}
    print(f"seed {seed}: {killed} kills, {len(there)} documents, nothing double, missing or left over")
    dependencies.home_stores().close()
    drop_database(url)
