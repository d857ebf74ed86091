"""Maintenance of a home folder: health checks, rebuilding the index."""
