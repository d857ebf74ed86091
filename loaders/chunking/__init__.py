"""From the blocks of pages to chunks and their sentences."""
