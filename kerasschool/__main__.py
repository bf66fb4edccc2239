"""`python -m kerasschool` does what the command `kerasschool` does."""

import sys

from kerasschool.cli import main

if __name__ == "__main__":
    sys.exit(main())
