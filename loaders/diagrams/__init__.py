"""Diagrams: the boxes of infographics and slides, and the arrows between them."""
