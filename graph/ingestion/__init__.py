"""From files to a searchable index: load, render, transcribe, chunk, embed."""
