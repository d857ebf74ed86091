"""Retries: which errors are retried, how long the waits are, and when they end; no test sleeps."""

import asyncio
import gc
import socket
import weakref
from collections.abc import Callable
from typing import Any

import aiohttp
import httpx
import pytest
from google.genai.errors import ClientError, ServerError
from langchain_google_genai._common import GoogleGenerativeAIError

from graph.engines.requests.retry import RetryPolicy, classify, send_with_retries


class Time:
    """A clock that only sleeping and working move."""

    def __init__(self) -> None:
        self.now, self.waits = 0.0, list[float]()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds

    def policy(self, jitter: float = 1.0, **settings: Any) -> RetryPolicy:
        return RetryPolicy(sleep=self.sleep, clock=lambda: self.now, random=lambda: jitter, **settings)


def failing(*errors: Exception) -> Callable[[], Any]:
    """A request that raises these in turn, and then returns how often it was made."""
    left, made = list(errors), 0

    async def request() -> int:
        nonlocal made
        made += 1
        if left:
            raise left.pop(0)
        return made

    return request


def google(status: int, *details: dict[str, Any], headers: dict[str, str] | None = None) -> Exception:
    """An error as the Google client raises it."""
    body = {"error": {"code": status, "message": "no", "status": "NO", "details": list(details)}}
    kind = ClientError if status < 500 else ServerError
    return kind(status, body, httpx.Response(status, headers=headers or {}))


def wrapped(cause: Exception) -> Exception:
    """As its LangChain classes hand it on, for embeddings and for most of chat."""
    error = GoogleGenerativeAIError("Error embedding content")
    error.__cause__ = cause
    return error


def quota(period: str) -> dict[str, Any]:
    return {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": f"GenerateRequests{period}PerProjectPerModel-FreeTier"}],
    }


def retry_info(delay: str) -> dict[str, Any]:
    return {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}


TRANSIENT = [
    (google(429), "quota_minute"),
    (google(429, quota("PerMinute")), "quota_minute"),
    *((google(status), "overloaded") for status in (500, 502, 503, 504)),
    (TimeoutError(), "timeout"),
    (httpx.ReadTimeout("slow"), "timeout"),
    (httpx.ConnectError("refused"), "network"),
    (httpx.RemoteProtocolError("went away"), "network"),
    (aiohttp.ServerDisconnectedError(), "network"),
    (aiohttp.ClientPayloadError("body broke off"), "network"),
    (ConnectionResetError(), "network"),
]
PERMANENT = [
    *((google(status), "request_error") for status in (400, 401, 403, 404)),
    (google(429, quota("PerDay"), retry_info("7s")), "quota_day"),
    (google(429, quota("PerMinute"), quota("PerDay")), "quota_day"),
    (ValueError("not JSON"), "request_error"),
]


@pytest.mark.parametrize("wrap", [lambda error: error, wrapped], ids=["plain", "wrapped"])
@pytest.mark.parametrize(("error", "reason"), TRANSIENT, ids=lambda value: repr(value)[:40])
async def test_transient_errors_are_retried(error: Exception, reason: str, wrap: Callable[[Any], Any]) -> None:
    time = Time()
    assert await send_with_retries(failing(wrap(error)), time_limit=9, retry_policy=time.policy()) == 2
    assert time.waits == [1.0]
    assert classify(wrap(error)).reason == reason


@pytest.mark.parametrize("wrap", [lambda error: error, wrapped], ids=["plain", "wrapped"])
@pytest.mark.parametrize(("error", "reason"), PERMANENT, ids=lambda value: repr(value)[:40])
async def test_permanent_errors_are_raised_at_once(error: Exception, reason: str, wrap: Callable[[Any], Any]) -> None:
    time, raised = Time(), wrap(error)
    with pytest.raises(type(raised)) as caught:
        await send_with_retries(failing(raised), time_limit=9, retry_policy=time.policy())
    assert caught.value is raised
    assert time.waits == []
    assert classify(raised).reason == reason


def test_other_providers_errors_are_read_by_their_status() -> None:
    class APIStatusError(Exception):
        status_code = 503

    request = httpx.Request("POST", "http://localhost")
    refused = httpx.HTTPStatusError("no", request=request, response=httpx.Response(401, request=request))
    assert classify(APIStatusError()).is_transient
    assert (classify(refused).reason, classify(refused).status) == ("request_error", 401)


def test_a_code_that_is_not_an_http_status_is_ignored() -> None:
    broken = aiohttp.ClientPayloadError("body broke off")
    broken.__cause__ = aiohttp.http_exceptions.ContentLengthError("too short")  # its `code` is 400
    assert classify(broken).reason == "network"


@pytest.mark.parametrize(
    ("error", "least"),
    [
        (google(429, retry_info("17.7s")), 17.7),
        (google(503, retry_info("2s")), 2),
        (google(429, headers={"Retry-After": "7"}), 7),
        (google(429, retry_info("3s"), headers={"retry-after": "5"}), 5),
        (google(429, retry_info("soon"), headers={"retry-after": "Sat, 21 Nov 2026 10:00:00 GMT"}), 0.5),
    ],
)
async def test_the_wait_that_the_service_asks_for_is_kept_and_never_shortened(error: Exception, least: float) -> None:
    for jitter in (0.0, 1.0):
        time = Time()
        await send_with_retries(failing(wrapped(error)), time_limit=9, retry_policy=time.policy(jitter))
        assert least <= time.waits[0] <= least + 1


async def test_waits_double_up_to_a_cap_and_end_with_the_last_try() -> None:
    time, error = Time(), google(503)
    policy = time.policy(max_attempts=8, max_seconds=1000)
    with pytest.raises(ServerError):
        await send_with_retries(failing(*[error] * 99), time_limit=9, retry_policy=policy)
    assert time.waits == [1, 2, 4, 8, 16, 30, 30]


async def test_waits_have_jitter() -> None:
    time = Time()
    await send_with_retries(failing(google(503), google(503)), time_limit=9, retry_policy=time.policy(jitter=0.0))
    assert time.waits == [0.5, 1.0]


async def test_a_wait_beyond_the_time_limit_is_not_started() -> None:
    time = Time()
    with pytest.raises(ClientError):
        await send_with_retries(
            failing(*[google(429, retry_info("50s"))] * 9), time_limit=9, retry_policy=time.policy(max_seconds=120)
        )
    assert time.waits == [51, 51]


async def test_an_attempt_that_stalls_is_cut_off_and_repeated() -> None:
    time, stalled = Time(), 0

    async def request() -> str:
        nonlocal stalled
        stalled += 1
        if stalled == 1:
            await asyncio.Event().wait()
        return "done"

    assert await send_with_retries(request, time_limit=0.01, retry_policy=time.policy()) == "done"
    assert time.waits == [1.0]


async def test_a_cancelled_request_is_not_repeated() -> None:
    made = 0

    async def request() -> None:
        nonlocal made
        made += 1
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await send_with_retries(request, time_limit=9, retry_policy=Time().policy())
    assert made == 1


def unreachable(cause: BaseException) -> Exception:
    """An error as the HTTP clients raise it where no connection can be made."""
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = OSError("All connection attempts failed")
    error.__cause__.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "cause",
    [
        ConnectionRefusedError(111, "refused"),
        socket.gaierror(-2, "Name or service not known"),
        ExceptionGroup("several addresses", [ConnectionRefusedError(111, "refused"), OSError("unreachable")]),
    ],
    ids=["refused", "no such host", "refused at several addresses"],
)
async def test_a_server_of_ones_own_that_does_not_answer_is_tried_three_times(cause: BaseException) -> None:
    for own, tries in ((True, 3), (False, 6)):
        time = Time()
        with pytest.raises(httpx.ConnectError):
            await send_with_retries(
                failing(*[unreachable(cause)] * 9), time_limit=9, retry_policy=time.policy(), is_own_server=own
            )
        assert len(time.waits) == tries - 1, "the service of a provider may be back when the network is"


async def test_a_connection_that_breaks_off_is_no_server_that_does_not_run() -> None:
    time = Time()
    broken = unreachable(ConnectionResetError(104, "reset"))
    await send_with_retries(failing(*[broken] * 4), time_limit=9, retry_policy=time.policy(), is_own_server=True)
    assert len(time.waits) == 4


async def test_nothing_of_a_call_that_failed_is_held() -> None:
    seen: list[weakref.ref[Any]] = []

    async def request() -> None:
        reply = Time()
        seen.append(weakref.ref(reply))
        try:
            raise google(503)
        except ServerError as error:
            raise wrapped(error) from error

    gc.disable()
    try:
        with pytest.raises(GoogleGenerativeAIError) as caught:
            await send_with_retries(request, time_limit=9, retry_policy=Time().policy(max_attempts=2))
        assert (len(seen), [one() for one in seen], caught.value.args) == (2, [None] * 2, ("Error embedding content",))
    finally:
        gc.enable()
