"""Checks of single words that a claim changes, adds or leaves out where it otherwise repeats its quote.

Takes a claim's text and its quote; returns a reason for doubt, or "". Read `rewording` first.

- Another word: `rewording`, `exchanges`, `alternatives`.
- Another degree: `degrees`, `factors`.
- A word left out or added: `narrowed`.
"""
