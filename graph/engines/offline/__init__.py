"""The engine without model services: layout, OCR, a small embedding model, extracted answers."""
