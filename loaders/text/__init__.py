"""Markdown, plain text and tables as text."""
