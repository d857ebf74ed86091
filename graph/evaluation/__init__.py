"""Evaluation: ask questions with known answers, score the results, and report them."""
