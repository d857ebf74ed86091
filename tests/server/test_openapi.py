"""All routes with requests that Schemathesis generates from their OpenAPI schema."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.internal.conjecture.utils import many
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import MakePdf
from tests.dev_server import Server

pytestmark = pytest.mark.server

ROUTES = 21
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(autouse=True)
def _understanding(monkeypatch: pytest.MonkeyPatch) -> None:
    """hypothesis-jsonschema 0.23.1 drives a private class of Hypothesis by a method that it has no longer."""

    def more(self: Any) -> bool:
        if self._depth is None:
            self.__enter__()
            self.steps = iter(self)
        return next(self.steps, self) is None

    if not hasattr(many, "more"):
        monkeypatch.setattr(many, "more", more, raising=False)


@pytest.mark.slow
async def test_routes_respond_as_the_openapi_schema_says(server: Server, make_pdf: MakePdf) -> None:
    kept = server.upload(make_pdf("fit.pdf", "Whatever fits.").read_bytes(), "fit.pdf").json()
    await server.run("ingestion", sources=[kept["source"]])
    schema = schemathesis.openapi.from_url(f"{server.url}/room/openapi.json")
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]  # ours is valid
    assert len(operations) == ROUTES
    for operation in operations:

        def attempt(case: Any) -> None:
            if case.path_parameters and case.method.upper() == "GET":
                case.path_parameters["document"] = kept["id"]  # an id that is made up is tried by deleting
            case.call_and_validate(base_url=server.url, checks=CHECKS, timeout=300)

        tried = given(case=operation.as_strategy())(attempt)
        settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))(tried)()
