"""The llm engine: pages are read and questions answered by chat models of any provider."""
