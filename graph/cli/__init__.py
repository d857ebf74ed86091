"""The `pagewitness` command."""
