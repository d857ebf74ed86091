"""The generated OpenAPI description: types of responses, parameters and errors, without a server."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.routing import Route

from web.app import app
from web.openapi import specification

PATHS: dict[str, Any] = specification(list(app.routes))["paths"]
PAGE = "/documents/{document}/pages/{page}"


def operations() -> list[tuple[str, Any]]:
    return [(f"{method} {path}", spec) for path, methods in PATHS.items() for method, spec in methods.items()]


def test_these_routes_are_described() -> None:
    assert {name for name, _ in operations()} == {
        "get /health", "post /proof", "post /uploads", "post /uploads/{document}/password", "get /documents",
        "get /documents/{document}", "delete /documents/{document}", "get /documents/{document}/transcript",
        f"get {PAGE}", f"get {PAGE}/image", f"get {PAGE}/words", "get /uploads", "delete /uploads/{document}",
        "get /documents/{document}/overview", "get /documents/{document}/file",
        "put /documents/{document}/collections", "post /collections",
        "get /collections", "post /collections/{collection}", "get /collections/{collection}/members",
        "put /collections/{collection}/members",
    }  # fmt: skip


@pytest.mark.parametrize(("name", "spec"), operations(), ids=[name for name, _ in operations()])
def test_parameters_in_the_path_are_described_and_nothing_is_referred_to(name: str, spec: Any) -> None:
    described = {parameter["name"] for parameter in spec["parameters"] if parameter["in"] == "path"}
    assert described == {part[1:-1] for part in name.split("/") if part.startswith("{")}
    assert "$ref" not in str(spec)
    assert spec["summary"]
    for status in ("401", "403", "421", "503"):
        assert spec["responses"][status]["content"]["application/json"]["schema"]["required"] == ["detail"]


def test_a_response_has_the_fields_of_its_type() -> None:
    schema = PATHS["/documents/{document}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    line = schema["properties"]["ledger_pages"]["items"]
    assert {"id", "name", "status", "ledger", "chunks", "ledger_pages"} <= set(schema["required"])
    assert line["properties"]["status"]["enum"] == ["pending", "read", "fallback", "blank", "failed"]
    uploaded = PATHS["/uploads"]["post"]["responses"]
    assert "200" not in uploaded
    assert set(uploaded["201"]["content"]["application/json"]["schema"]["required"]) == {"source", "id", "name", "size"}


def test_the_query_of_an_image_has_its_limits() -> None:
    query = {one["name"]: one for one in PATHS[f"{PAGE}/image"]["get"]["parameters"] if one["in"] == "query"}
    assert (query["width"]["schema"]["minimum"], query["width"]["schema"]["maximum"]) == (32, 3000)
    assert query["format"]["schema"]["enum"] == ["png", "webp"]
    assert not any(one["required"] for one in query.values())
    assert set(PATHS[f"{PAGE}/image"]["get"]["responses"]["200"]["content"]) == {"image/png", "image/webp"}


def test_an_error_is_written_once_an_operation_and_read_in_each_place() -> None:
    for name, spec in operations():
        errors = {status: one for status, one in spec["responses"].items() if status >= "400"}
        assert set(errors) >= {"401", "403", "421", "503"}, name
        assert [one["description"] for one in errors.values()] == ["The reason."] * len(errors)
    written = [route.endpoint.__doc__ or "" for route in app.routes if isinstance(route, Route)]
    assert {text.count("The reason.") for text in written if "---" in text} == {1}
