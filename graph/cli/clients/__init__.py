"""Clients that carry out a command: in this process, or through a server. Both return the same values."""
