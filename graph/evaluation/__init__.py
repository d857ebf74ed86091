"""Measuring answers: questions with known answers are asked, and what comes back is scored, counted and shown."""
