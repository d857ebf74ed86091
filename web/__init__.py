"""The web interface of the LangGraph server: HTTP routes for documents and pages, and the reading room."""
