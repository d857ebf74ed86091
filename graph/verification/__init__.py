"""Verification: finding quotes on their pages, and comparing claims with the quoted text."""
