"""Pages: rendering, profiling and reading, in worker processes."""
