"""The engine that speaks to chat models."""
