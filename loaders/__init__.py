"""Loaders: files to pages, and pages to chunks. They import neither the graph nor a model service."""
