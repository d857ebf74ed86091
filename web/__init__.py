"""The reading room: what a browser sees of PageWitness, mounted into the LangGraph server by `http.app`."""
