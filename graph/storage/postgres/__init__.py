"""The catalog and the vectors in one Postgres database, which several processes and machines may share."""
