"""Make `harbour-report.pdf`: the annual report of a harbour that does not exist.

    python examples/make_report.py [OUTPUT.pdf]

The words are in `report/content/`, the numbers in `report/figures.toml`. The same content
gives the same bytes each time. Needs nothing but PyMuPDF.
"""

from __future__ import annotations

import sys
from pathlib import Path

from report.book import Book

HERE = Path(__file__).parent


def main() -> None:
    """Write the report to the path on the command line, or beside this file."""
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "harbour-report.pdf"
    book = Book(HERE / "report" / "content", HERE / "report" / "figures.toml")
    pages = book.write(output)
    print(f"{output}: {pages} pages, {output.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
