"""Checks of a claim against the evidence that it quotes, one module for each kind."""
