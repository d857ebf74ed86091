"""Chunking: from the blocks of pages to chunks with sentences."""
