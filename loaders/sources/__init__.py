"""Files, folders and web addresses as sources of documents."""
