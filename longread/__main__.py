"""`python -m longread` is the command `longread`."""

from __future__ import annotations

from longread.cli import main

if __name__ == "__main__":
    main()
