"""Requests to model services: client, retries, rate limits, usage."""
