"""Shared quotas in Redis: a hash a model, a counter a day, and a sorted set of pyrate-limiter for each window."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from pyrate_limiter import AbstractBucket, Rate, RateItem, RedisBucket
from pyrate_limiter.buckets.redis_bucket import LuaScript
from redis import Redis, RedisError
from redis.exceptions import NoScriptError

from graph.errors import BadInputError, ModelError
from graph.storage.quota import NAMED_LASTS_S, QuotaRecord

_TIMEOUT_S, _ASKED_S = 5, 2
_DAY_LASTS_S = 2 * 86_400  # a counter is wanted for its day, in whatever time zone

# Both keep the later end of a pause, and the lower limit, in one step of the server.
_PAUSE = """
local now = redis.call('TIME')
local seconds = now[1] + now[2] / 1000000
local until_ = seconds + tonumber(ARGV[1])
local before = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or 0)
if until_ > before then redis.call('HSET', KEYS[1], 'paused_until', tostring(until_)) end
local over = tonumber(redis.call('HGET', KEYS[1], 'named_until') or 0) <= seconds
if over then redis.call('HDEL', KEYS[1], 'per_minute', 'tokens') end
for at, name in ipairs({'per_minute', 'tokens'}) do
  local named, known = tonumber(ARGV[at + 1]), tonumber(redis.call('HGET', KEYS[1], name) or 0)
  if named > 0 then
    if known == 0 or named < known then redis.call('HSET', KEYS[1], name, named) end
    redis.call('HSET', KEYS[1], 'named_until', tostring(seconds + tonumber(ARGV[4])))
  end
end
"""
_EXPECT = """
local now = redis.call('TIME')
redis.call('HSET', KEYS[1], 'questions_until', tostring(now[1] + tonumber(ARGV[1])))
"""
_COUNT = """
local sent = tonumber(redis.call('GET', KEYS[1]) or 0)
if ARGV[1] ~= '' and sent >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], sent + 1, 'EX', ARGV[2])
return 1
"""
_COUNT_FROM_NOW = """
local now = redis.call('TIME')
local at = string.format('%.0f', now[1] * 1000 + math.floor(now[2] / 1000))
for _, one in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if string.sub(one, 1, #ARGV[1]) == ARGV[1] then redis.call('ZADD', KEYS[1], at, one) end
end
"""


class RedisQuotaStore:
    """Quotas in a Redis server; all times are its clock's.

    Raises:
        BadInputError: the address is not valid, or no server answers there.
    """

    def __init__(self, url: str) -> None:
        self.place = _place_of(url)
        try:
            self._redis = Redis.from_url(
                url, decode_responses=True, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
            )
            self._redis.ping()
        except (RedisError, ValueError, OSError) as error:
            raise BadInputError(
                f"The Redis server {self.place} (PAGEWITNESS_QUOTA_URL) cannot be used ({type(error).__name__}): start "
                "it, or correct the address or the password."
            ) from error
        self._pause, self._expect = self._redis.register_script(_PAUSE), self._redis.register_script(_EXPECT)
        self._count = self._redis.register_script(_COUNT)
        self._count_from_now = self._redis.register_script(_COUNT_FROM_NOW)

    def bucket(self, key: str, rate: Rate) -> AbstractBucket:
        """Return the window of a key."""
        with self.answering():
            return _ServerTimeBucket(rate, self._redis, _window(key))

    def count_from_now(self, key: str, name: str) -> None:
        """Let the request of this name count from now on in the window of a key."""
        with self.answering():
            self._count_from_now([_window(key)], [f"{name}:"])

    def read(self, key: str) -> QuotaRecord:
        """Return the record of a key."""
        with self.answering():
            seconds, microseconds = cast(Any, self._redis.time())
            held = cast(dict[str, str], self._redis.hgetall(_record(key)))
        now = seconds + microseconds / 1e6
        named = held if float(held.get("named_until", 0)) > now else {}
        return QuotaRecord(
            now,
            float(held.get("paused_until", 0)),
            int(named.get("per_minute", 0)),
            held.get("spent_day", ""),
            float(held.get("questions_until", 0)),
            int(named.get("tokens", 0)),
        )

    def pause(self, key: str, seconds: float, per_minute: int, tokens: int = 0) -> None:
        """Send nothing for so many seconds; keep the later end and the lower limits."""
        with self.answering():
            self._pause([_record(key)], [seconds, per_minute, tokens, NAMED_LASTS_S])

    def spend_day(self, key: str, day: str) -> None:
        """Send nothing more on a day."""
        with self.answering():
            self._redis.hset(_record(key), "spent_day", day)

    def expect_questions(self, key: str, seconds: float) -> None:
        """Keep room for questions for so many seconds."""
        with self.answering():
            self._expect([_record(key)], [seconds])

    def count(self, key: str, day: str, most: int | None) -> bool:
        """Count a request of a day, if it is not more than `most`."""
        with self.answering():
            return bool(self._count([_of_day(key, day)], ["" if most is None else most, _DAY_LASTS_S]))

    def counted(self, key: str, day: str) -> int:
        """Return how many requests of a day were counted."""
        with self.answering():
            return int(cast(Any, self._redis.get(_of_day(key, day))) or 0)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn errors of the server, within the block, into a ModelError that says what to do."""
        try:
            yield
        except RedisError as error:
            raise ModelError(
                f"The quota cannot be looked up: the Redis server {self.place} (PAGEWITNESS_QUOTA_URL) does not answer "
                f"({type(error).__name__}). Start it, or leave the setting out."
            ) from error


def ask(url: str) -> None:
    """Check that a server answers within two seconds, by a connection that is closed again.

    Raises:
        ModelError: it does not; the sentence names no password.
    """
    try:
        with Redis.from_url(url, socket_timeout=_ASKED_S, socket_connect_timeout=_ASKED_S) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        raise ModelError(
            f"The Redis server {_place_of(url)} (PAGEWITNESS_QUOTA_URL) does not answer ({type(error).__name__})."
        ) from error


def _place_of(url: str) -> str:
    """Return an address without its password; the name of the setting if it is none."""
    try:
        parts = urlsplit(url)
        return f"{parts.scheme}://{parts.hostname}{f':{parts.port}' if parts.port else ''}{parts.path}"
    except ValueError:
        return "in PAGEWITNESS_QUOTA_URL"


# pyrate-limiter counts up to the time of the request, and misses a later one that another process counted first: twelve
# threads got 26 requests through where 25 were allowed, in one of eight trials.
_PUT = LuaScript.PUT_ITEM.replace("window_start, now)", "window_start, '+inf')")


class _ServerTimeBucket(RedisBucket):
    """A window whose times are the server's: the clocks of the processes may differ."""

    def __init__(self, rate: Rate, redis: Redis, key: str) -> None:
        super().__init__([rate], redis, key, redis.script_load(_PUT))

    def now(self) -> int:
        seconds, microseconds = cast(Any, self.redis.time())
        return int(seconds) * 1000 + int(microseconds) // 1000

    def put(self, item: RateItem) -> bool:
        try:
            return cast(bool, super().put(item))
        except NoScriptError:  # the server was started again, and has forgotten it
            self.redis.script_load(_PUT)
            return cast(bool, super().put(item))


def _record(key: str) -> str:
    return f"pagewitness:quota:{key}"


def _window(key: str) -> str:
    return f"pagewitness:window:{key}"


def _of_day(key: str, day: str) -> str:
    return f"pagewitness:day:{key}:{day}"
