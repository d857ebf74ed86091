"""`python -m graph.cli`: the same as the `pagewitness` command."""

import sys

from graph.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
