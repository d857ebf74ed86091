"""The tables of single values and of requests sent, in SQL that Postgres knows too."""

from __future__ import annotations

from graph.storage.sql import SqlDatabase

SET_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
"""Sets a single value, within a transaction."""


class SingleValues:
    """RequestCounter and MetaStore on one SQL database."""

    def __init__(self, database: SqlDatabase) -> None:
        self._db = database

    def count_request(self, account: str, model: str, day: str) -> None:
        """Add one to the requests that an account sent to a model on a day."""
        with self._db.writing() as connection:
            connection.execute(
                "INSERT INTO requests VALUES (?, ?, ?, 1) "
                "ON CONFLICT (account, model, day) DO UPDATE SET sent = requests.sent + 1",
                (account, model, day),
            )

    def requests_sent(self, account: str, model: str, day: str) -> int:
        """Return how many requests an account sent to a model on a day."""
        rows = self._db.rows(
            "SELECT sent FROM requests WHERE account = ? AND model = ? AND day = ?", [account, model, day]
        )
        return int(rows[0][0]) if rows else 0

    def get_meta(self, key: str) -> str | None:
        """Return a value that belongs to the whole catalog, or None."""
        rows = self._db.rows("SELECT value FROM meta WHERE key = ?", [key])
        return str(rows[0][0]) if rows else None

    def set_meta(self, key: str, value: str) -> None:
        """Set a value that belongs to the whole catalog."""
        with self._db.writing() as connection:
            connection.execute(SET_META, (key, value))

    def keep_meta(self, key: str, value: str) -> str:
        """Set a value that belongs to the whole catalog unless it has one; return the one it has."""
        with self._db.writing() as connection:
            connection.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO NOTHING", (key, value))
        return self.get_meta(key) or value
