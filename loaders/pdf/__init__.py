"""The reader of documents that PyMuPDF opens: text layer, layout, tables."""
