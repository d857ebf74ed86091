"""Route of proofs: the pages that an answer cites as a PDF, with each quote as a numbered highlight annotation."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from graph.errors import BadInputError
from graph.export.proof import write_proof
from loaders.errors import SourceError
from web.auth import stores_of
from web.openapi import endpoint
from web.responses import WebError, body_of, without_half_characters

_MAX_BYTES = 4 * 2**20
"""Bytes of an answer: its citations with quotes and boxes take a few kilobytes."""


@endpoint(body="application/json", media=["application/pdf"], errors=[404, 413, 422])
async def proof(request: Request) -> Response:
    """Return the pages that an answer cites as a PDF with the quotes marked; the body is the answer."""
    answer = await _answer(request)
    try:
        content = await write_proof(answer, await asyncio.to_thread(stores_of, request))
    except (BadInputError, SourceError) as error:
        raise WebError(422, str(error)) from error
    headers = {"Content-Disposition": 'attachment; filename="proof.pdf"', "Cache-Control": "private, no-store"}
    return Response(content, media_type="application/pdf", headers=headers)


async def _answer(request: Request) -> Mapping[str, Any]:
    too_large = f"The answer is larger than {_MAX_BYTES >> 20} MB: send only its citations."
    body = await body_of(request, _MAX_BYTES, too_large)
    try:
        answer = json.loads(without_half_characters(body))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise WebError(422, "The body must be an answer as JSON, with its `citations`.")
    return answer
