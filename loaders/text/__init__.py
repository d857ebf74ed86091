"""Text: Markdown, plain text, tables and sentences."""
