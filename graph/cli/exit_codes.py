"""Exit codes of the `pagewitness` command."""

from __future__ import annotations

DONE = 0
"""The command did what was asked; a refusal to answer counts as an answer."""
BAD_INPUT = 2
"""The arguments, the key or the home folder must be corrected first, or the model gave no reply that can be used."""
INCOMPLETE = 3
"""Some page or document could not be read, or some question of an evaluation could not be asked."""
INTERRUPTED = 130
"""The user pressed Ctrl-C."""

EXPLAINED = """\b
Exit codes:
  0    done (a refusal to answer is an answer)
  2    the arguments, the key or the home folder must be corrected first, or the model
       gave no reply that can be used
  3    some page or document could not be read, or some question of an evaluation could not be asked
  130  ended by Ctrl-C; finished work is saved"""
