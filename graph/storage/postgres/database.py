"""One Postgres database: a pool of connections, write transactions one at a time, and errors that name no password.

The catalog's statements are those of SQLite (`graph.storage.sql`); `translated` adapts the few that differ. Every write
transaction takes one advisory lock, so that processes write one after another, as the threads of one process do on
SQLite: adding a name or source reads before it writes. Vectors are written without the lock.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format
from psycopg.types.string import StrBinaryDumper, StrDumper, StrDumperUnknown
from psycopg_pool import ConnectionPool

from graph.errors import BadInputError, DocumentDeletedError, HomeError
from graph.storage.document_names import terms_of_row
from graph.storage.postgres.schema import WRITING, migrate

if TYPE_CHECKING:
    from psycopg.abc import Buffer

R = TypeVar("R")

_WITH_TRANSACTION_TIMEOUT = 170_000
_CONNECT_S = 10
_MAX_CONNECTIONS = 20
# A question asks for 60 vectors. Of the true 60 among 96,000 (24,000 sentences of papers and manuals, each four times
# with noise) 400 candidates find .988 in 3.7 ms, and 600 find .993 in 5.8 (80 questions of SQuAD). With 200, and 16
# links a vector, .975 were found.
_CONFIGURATION = (
    "SET hnsw.ef_search = 600; SET hnsw.iterative_scan = strict_order; SET TIME ZONE 'UTC'; "
    "SET idle_in_transaction_session_timeout = '{}s'; "
)
NOTICES_CUTS = "SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 4"
"""What a session sets so that the database ends it within a minute after its process was cut off, not in two hours."""
IDLE_S = 30
"""Seconds after which the database ends a write transaction that does nothing: its process was stopped, or cut off,
and all others wait for it. Stemming between two statements takes .1 ms a unit, 1 s for 10,000 of them."""
TRANSACTION_S = 300
"""The same for one that was stopped while it sent a statement, which does not count as idle; it needs Postgres 17."""
KEPT_ALIVE: dict[str, Any] = {
    "keepalives_idle": 20, "keepalives_interval": 10, "keepalives_count": 4, "tcp_user_timeout": 60_000,
}  # fmt: skip
"""Options of a connection by which this process notices that the database was cut off."""
_ASKED = {"connect_timeout": 2, "tcp_user_timeout": 2_000}  # for checks that wait two seconds for an answer
_ENDED = (psycopg.errors.IdleInTransactionSessionTimeout, psycopg.errors.TransactionTimeout)
# After the tables were removed to be restored, rights were taken, or another server took over that may only be read.
_CHANGED = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.InsufficientPrivilege,
    psycopg.errors.ReadOnlySqlTransaction,
)
_versions = itertools.count(1)


class Database:
    """A database of the catalog and the vectors; all methods may be called in any thread.

    Args:
        url: Its address, `postgresql://user:password@host:port/name`.
        setting: The setting or option that holds it.

    Raises:
        BadInputError: the address is not valid, or no database answers there.
        HomeError: the tables were made by a newer PageWitness, or cannot be made.
    """

    def __init__(self, url: str, setting: str = "PAGEWITNESS_STORE_URL") -> None:
        self.place = place_of(url, setting)
        named = f"{self.place} ({setting})"
        self._local = threading.local()
        # Only one thread of a process waits at the database for the lock of writers: a process that was stopped while
        # six threads waited would get it six times and hold it for 30 s each.
        self._turn = threading.Lock()
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_S) as connection:
                migrate(connection, named)
        except psycopg.Error as error:
            raise BadInputError(
                f"The database {named} cannot be used ({cause(error)}): start it, or correct "
                " the address, the user's rights or the password."
            ) from error
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=_MAX_CONNECTIONS,
            kwargs={"autocommit": True, "connect_timeout": _CONNECT_S, **KEPT_ALIVE},
            configure=_configure,
            open=True,
        )

    @property
    def version(self) -> int:
        """A number that differs at each access: other processes write too, so no count may be cached."""
        return next(_versions)

    def now(self) -> float:
        """Return the database's time as Unix time."""
        return float(self.rows("SELECT extract(epoch FROM clock_timestamp())::float8")[0][0])

    def size(self) -> int:
        """Return the bytes of the database."""
        return int(self.rows("SELECT pg_database_size(current_database())")[0][0])

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a query, within this thread's write transaction if there is one."""
        return self.reading(lambda connection: connection.execute(translated(query), parameters).fetchall())

    def rows_in(self, query: str, values: Sequence[Any]) -> list[Any]:
        """Return all rows of a query, whose one `IN ({})` compares with `values`."""
        return self.rows(query.replace("IN ({})", "= ANY(?)"), [list(values)]) if values else []

    def reading(self, read: Callable[[psycopg.Connection], R]) -> R:
        """Return what `read` returns for a connection; call it again if the database was restarted meanwhile.

        Raises:
            HomeError: the database does not answer, or has other tables or rights than before.
        """
        if (open_one := getattr(self._local, "connection", None)) is not None:
            return read(open_one)
        try:
            try:
                return self._once(read)
            except psycopg.OperationalError:
                self._pool.check()  # replaces the connections that the database has closed
            return self._once(read)
        except (psycopg.OperationalError, *_CHANGED) as error:
            raise self._lost(error) from error

    def _once(self, read: Callable[[psycopg.Connection], R]) -> R:
        with self._pool.connection(_CONNECT_S) as connection:
            return read(connection)

    @contextmanager
    def writing(self, *, alone: bool = True) -> Iterator[Transaction]:
        """Open a write transaction, committed at the end and rolled back on an error; it cannot be nested.

        Args:
            alone: Whether to wait until no other such transaction is open; writes of vectors need not.

        Raises:
            HomeError: the database does not answer, or has no room.
        """
        try:
            with self._turn if alone else nullcontext(), ExitStack() as ended:
                connection = self._begun(ended, alone)
                self._local.connection = connection
                try:
                    transaction = Transaction(connection)
                    yield transaction
                    if alone:
                        _index_names(transaction)
                finally:
                    self._local.connection = None
        except (psycopg.OperationalError, *_ENDED, *_CHANGED) as error:
            raise self._lost(error) from error
        except psycopg.errors.ForeignKeyViolation as error:
            raise DocumentDeletedError from error

    def _begun(self, ended: ExitStack, alone: bool) -> psycopg.Connection:
        """Return a connection in a transaction, until `ended`; another one if the database has closed the first."""
        try:
            return self._begin(ended, alone)
        except psycopg.OperationalError:
            self._pool.check()
        return self._begin(ended, alone)

    def _begin(self, ended: ExitStack, alone: bool) -> psycopg.Connection:
        with ExitStack() as begun:
            connection = begun.enter_context(self._pool.connection(_CONNECT_S))
            begun.enter_context(connection.transaction())
            if alone:
                _begin_alone(connection)
            ended.enter_context(begun.pop_all())
        return connection

    def _lost(self, error: psycopg.Error) -> HomeError:
        if isinstance(error, _CHANGED):
            return HomeError(
                f"The database {self.place} cannot be used as it is now ({cause(error)}): put its tables back, let the "
                "user write them, then run the same command again."
            )
        return HomeError(
            f"The database {self.place} does not work any more ({cause(error)}): start it again or make room on its "
            "disk, then run the same command again; pages that were read are saved."
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class Transaction:
    """A write transaction, with the statements of SQLite."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, parameters: Sequence[Any] = (), /) -> psycopg.Cursor:
        """Run a statement."""
        return self._connection.execute(translated(sql), parameters)

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> psycopg.Cursor:
        """Run a statement once for each sequence of parameters, sent together."""
        cursor = self._connection.cursor()
        cursor.executemany(translated(sql), list(parameters))
        return cursor


@lru_cache(maxsize=256)
def translated(sql: str) -> bytes:
    """Return a statement of the shared dialect as psycopg takes it."""
    sql = sql.replace("%", "%%").replace("LIMIT ?", "LIMIT nullif(?, -1)")
    return sql.replace("?", "%s").encode()


def place_of(url: str, setting: str = "PAGEWITNESS_STORE_URL") -> str:
    """Return an address without its password, for messages.

    Raises:
        BadInputError: it is no address of a Postgres database.
    """
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        parts = {}
    if not url.startswith(("postgresql://", "postgres://")) or not parts:
        raise BadInputError(
            f"{setting} is not the address of a Postgres database: set one such as postgresql://user@host/database, or "
            "leave it out."
        )
    user, port = parts.get("user"), parts.get("port")
    host = f"{parts.get('host') or 'localhost'}{f':{port}' if port else ''}"
    return f"postgresql://{f'{user}@' if user else ''}{host}/{parts.get('dbname') or user or ''}"


def ask(url: str, setting: str) -> None:
    """Check that a database answers, by a new connection, so that it does not wait for the pool.

    Args:
        url: Its address.
        setting: The setting that holds it.

    Raises:
        HomeError: it does not; the sentence names no password.
    """
    place = place_of(url, setting)
    try:
        with psycopg.connect(url, autocommit=True, **{**KEPT_ALIVE, **_ASKED}) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        raise HomeError(f"The database {place} ({setting}) does not answer ({cause(error)}).") from error


def _index_names(transaction: Transaction) -> None:
    """Index the names that this transaction has written; the schema's triggers list them."""
    changed = sorted(set(transaction.execute("DELETE FROM names_to_index RETURNING document, collection").fetchall()))
    if not changed:
        return
    pairs = [[row[0] for row in changed], [row[1] for row in changed]]
    changed_ones = "(SELECT * FROM unnest(?::text[], ?::text[]))"
    transaction.execute(f"DELETE FROM document_terms WHERE (document, collection) IN {changed_ones}", pairs)
    named = transaction.execute(
        "SELECT e.document, e.collection, e.name, d.title, e.source FROM entry e JOIN documents d ON d.id = e.document "
        f"WHERE (e.document, e.collection) IN {changed_ones}",
        pairs,
    ).fetchall()
    terms = sorted({(term, row[0], row[1]) for row in named for term in terms_of_row(*row[2:])})
    if terms:
        transaction.execute(
            "INSERT INTO document_terms SELECT * FROM unnest(?::text[], ?::text[], ?::text[])",
            [[one[at] for one in terms] for at in range(3)],
        )


def cause(error: psycopg.Error) -> str:
    """Return what an error says, in one line, without the statement."""
    return " ".join((error.diag.message_primary or str(error)).split())[:200] or type(error).__name__


def storable(text: str) -> bytes:
    """Return a text as UTF-8 without NUL and lone surrogates, which Postgres refuses.

    In JSON, where NUL is always escaped, an escaped surrogate is read back as it was.
    """
    return text.replace("\x00", "\ufffd").encode("utf-8", "backslashreplace")


class _Text(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        """Return a text as it is stored."""
        return storable(obj)


class _UntypedText(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        """Return a text as it is stored."""
        return storable(obj)


class _BinaryText(StrBinaryDumper):
    def dump(self, obj: str) -> Buffer | None:
        """Return a text as it is stored."""
        return storable(obj)


class Binary(bytes):
    """A value in its binary form; the statement says of which type it is, as in `?::halfvec`."""


class _BinaryDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: Binary) -> Buffer | None:
        """Return the value as it is."""
        return obj


def _begin_alone(connection: psycopg.Connection) -> None:
    """Wait until no other transaction writes; the time limit of this one begins after that."""
    limited = connection.info.server_version >= _WITH_TRANSACTION_TIMEOUT
    limit = f"; SET LOCAL transaction_timeout = '{TRANSACTION_S}s'" if limited else ""
    connection.execute(f"SELECT pg_advisory_xact_lock({WRITING}){limit}".encode())


def _configure(connection: psycopg.Connection) -> None:
    connection.execute((_CONFIGURATION.format(IDLE_S) + NOTICES_CUTS).encode())
    connection.adapters.register_dumper(Binary, _BinaryDumper)
    for dumper in (_BinaryText, _Text, _UntypedText):  # psycopg uses the last one where a statement gives no type
        connection.adapters.register_dumper(str, dumper)
