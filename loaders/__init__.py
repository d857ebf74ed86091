"""Files to pages, pages to chunks: pure functions, no graph and no model service."""
