"""Fixtures for tests of the development server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.conftest import SAMPLE
from tests.dev_server import Server


@pytest.fixture(scope="module")
def ingested(shared_server: Server) -> Any:
    """The report on the sample, which is the only document in the library when a module's first test begins.

    One that is there already, and in no collection, stays: reading it again takes 4 CPU seconds. The report then says
    `unchanged`.
    """
    for row in shared_server.get("/documents?order=oldest")["documents"]:
        if (row["name"], row["status"], row["collections"]) != (SAMPLE.name, "complete", []):
            shared_server.delete(row["id"])
    return asyncio.run(shared_server.run("ingestion", sources=[str(SAMPLE)]))["report"]
