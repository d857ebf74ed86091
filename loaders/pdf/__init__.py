"""Documents that PyMuPDF opens: text layer, layout, tables."""
