"""Engines, which read pages and answer questions: `llm` with chat models, `offline` without any service."""
