"""The offline engine: layout analysis, OCR, a small embedding model, extractive answers."""
