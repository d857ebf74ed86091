"""Verification: quotes are found on their pages, and claims compared with their quotes."""
