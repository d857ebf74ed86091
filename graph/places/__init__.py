"""Where a command is carried out: in this process, or by a server. Either gives the same values to print."""
