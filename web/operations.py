"""Routes of the operations in `graph/operations.py`: parameters of path, query and JSON body, errors, descriptions."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from typing import Any, NotRequired, get_type_hints

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.routing import Route
from typing_extensions import TypedDict

from graph.access import NotAllowedError
from graph.errors import BadInputError, UnknownDocumentError
from graph.operations import OPERATIONS, Operation
from web.auth import identity_of
from web.openapi import Endpoint, endpoint
from web.responses import WebError, json_of

_MAX_BYTES = 64 * 2**10
_TOO_LARGE = f"The body is larger than {_MAX_BYTES >> 10} kB: send less at once."


def routes() -> list[Route]:
    """Return the route of each operation."""
    return [Route(one.path, _endpoint(one), methods=[one.method]) for one in OPERATIONS]


def _endpoint(operation: Operation[Any, Any]) -> Endpoint:
    """Return the handler of an operation's requests, described by the types of its function."""
    hints = get_type_hints(operation.function, include_extras=True)
    named = {name: one for name, one in inspect.signature(operation.function).parameters.items() if name != "identity"}
    kinds = {
        name: hints[name] if one.default is inspect.Parameter.empty else NotRequired[hints[name]]
        for name, one in named.items()
    }
    path = {name: kind for name, kind in kinds.items() if f"{{{name}}}" in operation.path}
    rest = {name: kind for name, kind in kinds.items() if name not in path}
    given = TypedDict("given", rest) if rest else None  # type: ignore[operator]  # made at run time
    check: TypeAdapter[Any] | None = TypeAdapter(given) if given else None

    async def respond(request: Request) -> Any:
        sent: Any = {}
        if check:
            sent = await json_of(request, _MAX_BYTES, _TOO_LARGE) if operation.has_body else dict(request.query_params)
        try:
            parameters = {**(check.validate_python(sent) if check else {}), **request.path_params}
        except ValidationError as error:
            raise WebError(422, _sentence(error, rest, operation.has_body)) from error
        try:
            return await asyncio.to_thread(operation.function, identity_of(request), **parameters)
        except UnknownDocumentError as error:
            raise WebError(404, str(error)) from error
        except NotAllowedError:  # its status is that of `error_response`
            raise
        except BadInputError as error:
            raise WebError(422, str(error)) from error

    respond.__doc__, respond.__annotations__["return"] = operation.function.__doc__, hints["return"]
    described = endpoint(
        path=TypedDict("path", path) if path else None,  # type: ignore[operator]  # made at run time
        query=None if operation.has_body else given,
        body=given if operation.has_body and given else "",
        status=operation.status,
        errors=operation.errors,
    )
    return described(respond)


def _sentence(error: ValidationError, names: Mapping[str, Any], has_body: bool) -> str:
    """Return the first problem with the parameters as a sentence."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = f"The body must be a JSON object of {', '.join(f'`{name}`' for name in names)}" if has_body else "The query"
    at = ".".join(str(part) for part in first["loc"])
    return f"{place}: {f'`{at}`: ' if at else ''}{first['msg'].rstrip('.')}."
