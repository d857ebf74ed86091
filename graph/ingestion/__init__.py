"""The ingestion graph: loads files, renders and transcribes their pages, then chunks and embeds the text."""
