"""Answers to hand on: cited pages as a PDF with their quotes marked, and the answer as Markdown, JSON or BibTeX."""
