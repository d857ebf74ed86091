"""OpenAPI descriptions of the routes, generated from the types that they take and return.

FastAPI would do the same, but importing it took 0.8 s of a server start, and its validation errors are lists where
this API promises one sentence.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Coroutine, Sequence
from functools import wraps
from importlib.metadata import version
from typing import Annotated, Any, TypeAlias, get_args, get_type_hints

from pydantic import Field, TypeAdapter
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.schemas import SchemaGenerator
from typing_extensions import TypedDict

from web.responses import error_response

Handler: TypeAlias = Callable[[Request], Any]
Endpoint: TypeAlias = Callable[[Request], Response] | Callable[[Request], Coroutine[Any, Any, Response]]
Spec: TypeAlias = dict[str, Any]

_JSON = "application/json"
_CLIENT_CLOSED_REQUEST = 499
# Any route may refuse a request for these: no token, another site, a wrong host name, a library that cannot be opened.
_COMMON_ERRORS = (401, 403, 421, 503)


class DocumentPath(TypedDict):
    """The parameter of paths below a document."""

    document: Annotated[str, Field(description="The document's id.")]


class PagePath(DocumentPath):
    """The parameters of paths below a page."""

    page: Annotated[int, Field(ge=1, description="Pages count from 1.")]


class ErrorBody(TypedDict):
    """The JSON of every error."""

    detail: Annotated[str, Field(description="One sentence: what is wrong, and what to do.")]


def endpoint(
    *,
    path: type | None = None,
    query: type | None = None,
    body: str | type = "",
    status: int = 200,
    media: Sequence[str] = (),
    errors: Sequence[int] = (),
) -> Callable[[Handler], Endpoint]:
    """Decorate a request handler: send what it returns as JSON, turn exceptions into errors, describe it as OpenAPI.

    The handler returns a TypedDict, whose schema is generated from its return annotation, or a `Response`. One that is
    not a coroutine function runs in Starlette's thread pool, since it may block.

    Args:
        path: A TypedDict of the parameters in the path.
        query: A TypedDict of the parameters in the query.
        body: The media type of the request's body, or the TypedDict of a JSON body, if it has one.
        status: The status of a successful response.
        media: The media types of a handler that returns a `Response` of something other than JSON.
        errors: The statuses of errors besides those that every route may answer with.
    """

    def decorate(handler: Handler) -> Endpoint:
        operation: Spec = {
            "summary": (handler.__doc__ or "").partition("\n")[0].rstrip("."),
            "tags": ["Reading room"],
            "parameters": [*_parameters("path", path), *_parameters("query", query)],
            "responses": {str(status): _success(handler, media)} | _errors(errors),
        }
        if body:
            operation["requestBody"] = _request_body(body)
        made = _responding(handler, status)
        # Starlette's schema generator, which the LangGraph server uses, reads YAML below this line; JSON is YAML.
        made.__doc__ = f"{handler.__doc__}\n---\n{_yaml(operation)}"
        return made

    return decorate


def specification(routes: list[BaseRoute]) -> Spec:
    """Return these routes as an OpenAPI document; the server's own /openapi.json has them among its own."""
    info = {"title": "PageWitness", "version": version("pagewitness")}
    return SchemaGenerator({"openapi": "3.1.0", "info": info}).get_schema(routes)


def schema_of(kind: Any) -> Spec:
    """Return the JSON schema of a type, with all `$ref` expanded: a route's description holds no definitions."""
    schema = TypeAdapter(kind).json_schema()
    definitions = schema.pop("$defs", {})

    def expand(value: Any) -> Any:
        if isinstance(value, list):
            return [expand(item) for item in value]
        if not isinstance(value, dict):
            return value
        if "$ref" in value:
            return expand(definitions[value["$ref"].rpartition("/")[2]])
        return {key: expand(item) for key, item in value.items()}

    expanded: Spec = expand(schema)
    return expanded


def _responding(handler: Handler, status: int) -> Endpoint:
    """Wrap a handler: its value becomes a response, its exceptions become errors."""

    @wraps(handler)
    async def respond_async(request: Request) -> Response:
        try:
            return _response(await handler(request), status)
        except ClientDisconnect:
            return Response(status_code=_CLIENT_CLOSED_REQUEST)
        except Exception as error:  # becomes the response
            return error_response(error)

    @wraps(handler)
    def respond(request: Request) -> Response:
        try:
            return _response(handler(request), status)
        except Exception as error:  # becomes the response
            return error_response(error)

    return respond_async if inspect.iscoroutinefunction(handler) else respond


def _response(value: Any, status: int) -> Response:
    return value if isinstance(value, Response) else JSONResponse(value, status)


def _parameters(place: str, kind: type | None) -> list[Spec]:
    schema = schema_of(kind) if kind else {}
    return [
        {
            "name": name, "in": place, "required": name in schema.get("required", []),
            "description": spec.pop("description", ""), "schema": spec,
        }
        for name, spec in schema.get("properties", {}).items()
    ]  # fmt: skip


def _request_body(body: str | type) -> Spec:
    if not isinstance(body, str):
        return {"required": True, "content": {_JSON: {"schema": schema_of(body)}}}
    schema = {"type": "string"} if body.startswith("text/") else {"type": "string", "format": "binary"}
    return {"content": {body: {"schema": schema}}}


def _success(handler: Handler, media: Sequence[str]) -> Spec:
    """Return the description of a successful response, from the handler's return annotation or `media`."""
    if media:
        kinds = {kind: {"type": "string"} if kind.startswith("text/") else _BINARY for kind in media}
        return {"description": "Success.", "content": {kind: {"schema": schema} for kind, schema in kinds.items()}}
    returned = get_type_hints(handler, include_extras=True)["return"]
    (body,) = [kind for kind in get_args(returned) or (returned,) if not _is_response(kind)]
    return {"description": "Success.", "content": {_JSON: {"schema": schema_of(body)}}}


_BINARY: Spec = {"type": "string", "format": "binary"}


def _is_response(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Response)


_ERROR: Spec = {"description": "The reason.", "content": {_JSON: {"schema": schema_of(ErrorBody)}}}


def _errors(statuses: Sequence[int]) -> Spec:
    described: Spec = {"304": {"description": "Not changed since it was fetched."}} if 304 in statuses else {}
    return described | {str(status): _ERROR for status in (*_COMMON_ERRORS, *statuses) if status != 304}


def _yaml(operation: Spec) -> str:
    """Return an operation as YAML: JSON in which each error after the first is an alias of it.

    A server parses it at its start; for all routes that takes 53 ms of CPU, without aliases 91.
    """
    error = json.dumps(_ERROR)
    before, *after = json.dumps(operation).split(error)
    return f"{before}&error {error}{'*error'.join(after)}"
