"""Shared quotas in Postgres: a record a model, a counter a day, and a table of pyrate-limiter for each window."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool
from pyrate_limiter import AbstractBucket, PostgresBucket, Rate

from graph.errors import BadInputError, ModelError
from graph.storage.postgres.database import KEPT_ALIVE, cause, place_of
from graph.storage.quota import NAMED_LASTS_S, QuotaRecord

_CONNECT_S = 10
_LOCK = 7_243_003
IDLE_S = 5
"""Seconds after which the database ends a transaction of a process that was stopped in it, and has the window locked;
each takes some milliseconds."""
_TABLES = """
CREATE TABLE IF NOT EXISTS quota (
    key TEXT PRIMARY KEY, paused_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity', per_minute INTEGER NOT NULL DEFAULT 0,
    spent_day TEXT NOT NULL DEFAULT '', questions_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity'
);
CREATE TABLE IF NOT EXISTS quota_day (
    key TEXT NOT NULL, day TEXT NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (key, day)
);
ALTER TABLE quota ADD COLUMN IF NOT EXISTS named_until TIMESTAMPTZ NOT NULL DEFAULT '-infinity';
ALTER TABLE quota ADD COLUMN IF NOT EXISTS tokens INTEGER NOT NULL DEFAULT 0;
"""


class PostgresQuotaStore:
    """Quotas in a Postgres database, which may be that of the catalog; all times are its clock's.

    Raises:
        BadInputError: the address is not valid, or no database answers there.
    """

    def __init__(self, url: str) -> None:
        self.place = place_of(url, "PAGEWITNESS_QUOTA_URL")
        try:
            with psycopg.connect(url, connect_timeout=_CONNECT_S) as connection:
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                connection.execute(_TABLES)
        except psycopg.Error as error:
            raise BadInputError(
                f"The database {self.place} (PAGEWITNESS_QUOTA_URL) cannot be used ({cause(error)}): start it, or "
                "correct the address, the user's rights or the password."
            ) from error
        options = {"autocommit": False, "connect_timeout": _CONNECT_S, **KEPT_ALIVE}
        # Checked before each use: after the database was started again, each stale connection would fail a request.
        self._pool = ConnectionPool(
            url, min_size=1, max_size=4, kwargs=options, configure=_configure, open=True,
            check=self._check,
        )  # fmt: skip

    def bucket(self, key: str, rate: Rate) -> AbstractBucket:
        """Return the window of a key, a table named by its hash."""
        with self.answering():
            return PostgresBucket(self._pool, _window(key), [rate])

    def count_from_now(self, key: str, name: str) -> None:
        """Let the request of this name count from now on in the window of a key."""
        table = f"ratelimit___{_window(key)}"  # as pyrate-limiter names it; the time zone is UTC, as for its own times
        self._rows(f"UPDATE {table} SET item_timestamp = clock_timestamp() WHERE name = %s RETURNING 1", name)

    def read(self, key: str) -> QuotaRecord:
        """Return the record of a key."""
        found = self._rows(
            "SELECT extract(epoch FROM now()), coalesce(extract(epoch FROM nullif(paused_until, '-infinity')), 0), "
            "CASE WHEN named_until > now() THEN per_minute ELSE 0 END, spent_day, "
            "coalesce(extract(epoch FROM nullif(questions_until, '-infinity')), 0), "
            "CASE WHEN named_until > now() THEN tokens ELSE 0 END "
            "FROM quota WHERE key = %s", key,
        )  # fmt: skip
        if not found:
            return QuotaRecord()
        now, paused, per_minute, spent_day, questions, tokens = found[0]
        return QuotaRecord(float(now), float(paused), per_minute, spent_day, float(questions), tokens)

    def pause(self, key: str, seconds: float, per_minute: int, tokens: int = 0) -> None:
        """Send nothing for so many seconds; keep the later end and the lower limits."""
        self._rows(
            "INSERT INTO quota (key, paused_until, per_minute, tokens, named_until) VALUES "
            "(%s, now() + make_interval(secs => %s), %s, %s, now() + make_interval(secs => %s)) "
            "ON CONFLICT (key) DO UPDATE SET paused_until = greatest(quota.paused_until, excluded.paused_until), "
            "per_minute = CASE WHEN quota.named_until <= now() THEN excluded.per_minute "
            "ELSE coalesce(least(nullif(quota.per_minute, 0), nullif(excluded.per_minute, 0)), 0) END, "
            "tokens = CASE WHEN quota.named_until <= now() THEN excluded.tokens "
            "ELSE coalesce(least(nullif(quota.tokens, 0), nullif(excluded.tokens, 0)), 0) END, "
            "named_until = CASE WHEN excluded.per_minute + excluded.tokens > 0 THEN excluded.named_until "
            "ELSE quota.named_until END "
            "RETURNING 1", key, seconds, per_minute, tokens, NAMED_LASTS_S if per_minute or tokens else 0,
        )  # fmt: skip

    def spend_day(self, key: str, day: str) -> None:
        """Send nothing more on a day."""
        self._rows(
            "INSERT INTO quota (key, spent_day) VALUES (%s, %s) "
            "ON CONFLICT (key) DO UPDATE SET spent_day = excluded.spent_day RETURNING 1", key, day,
        )  # fmt: skip

    def expect_questions(self, key: str, seconds: float) -> None:
        """Keep room for questions for so many seconds."""
        self._rows(
            "INSERT INTO quota (key, questions_until) VALUES (%s, now() + make_interval(secs => %s)) "
            "ON CONFLICT (key) DO UPDATE SET questions_until = excluded.questions_until RETURNING 1", key, seconds,
        )  # fmt: skip

    def count(self, key: str, day: str, most: int | None) -> bool:
        """Count a request of a day, if it is not more than `most`."""
        return bool(
            self._rows(
                "INSERT INTO quota_day (key, day, sent) SELECT %s, %s, 1 WHERE %s::int IS NULL OR %s > 0 "
                "ON CONFLICT (key, day) DO UPDATE SET sent = quota_day.sent + 1 "
                "WHERE %s::int IS NULL OR quota_day.sent < %s RETURNING 1", key, day, most, most, most, most,
            )
        )  # fmt: skip

    def counted(self, key: str, day: str) -> int:
        """Return how many requests of a day were counted."""
        found = self._rows("SELECT sent FROM quota_day WHERE key = %s AND day = %s", key, day)
        return int(found[0][0]) if found else 0

    def _check(self, connection: psycopg.Connection) -> None:
        """Raise an error of psycopg if a connection does not work, and then have the pool discard its others like it.

        By itself the pool finds them one by one, and waits 0, 1, 2 and 4 s in between: 6.5 s, now .02.
        """
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.Error:
            self._pool.check()
            raise

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self.answering(), self._pool.connection(_CONNECT_S) as connection:
            return connection.execute(query.encode(), values).fetchall()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Turn errors of the database, within the block, into a ModelError that says what to do."""
        try:
            yield
        except psycopg.Error as error:
            raise ModelError(
                f"The quota cannot be looked up: the database {self.place} (PAGEWITNESS_QUOTA_URL) does not answer "
                f"({cause(error)}). Start it, or leave the setting out."
            ) from error


def _window(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _configure(connection: psycopg.Connection) -> None:
    connection.execute(f"SET TIME ZONE 'UTC'; SET idle_in_transaction_session_timeout = '{IDLE_S}s'".encode())
    connection.commit()
