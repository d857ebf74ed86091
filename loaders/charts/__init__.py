"""Reading of charts: values joined to their categories and series."""
