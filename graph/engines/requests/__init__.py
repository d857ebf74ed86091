"""Requests to model services: retries, rate limits, usage."""
