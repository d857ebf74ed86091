"""Chunking: the blocks of pages become chunks with sentences."""
