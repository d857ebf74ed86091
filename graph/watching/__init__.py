"""Watched folders: their files are read when they come or change, and forgotten when they go."""
