"""Support for running nodes: event loop, caches, garbage collection, tracing."""
