"""Write the line counts of docs/architecture.md: `python docs/make_counts.py`.

Counts stand in the tables whose second column is "lines". A test fails when they are out of date.
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
ROW = re.compile(r"^\| `(?P<file>longread/\S+)` \| (?P<lines>[\d,]+) \|", re.MULTILINE)
TOTAL = re.compile(r"^\| \*\*(?P<files>\d+) files\*\* \| \*\*(?P<lines>[\d,]+)\*\* \|")


def lines_of(file: str) -> int:
    """How many lines the file has."""
    return len((ROOT / file).read_text("utf-8").splitlines())


def with_counts(text: str) -> str:
    """The page's text with every table's counts and totals as they are now."""
    made: list[str] = []
    files = total = 0
    for line in text.splitlines():
        row, together = ROW.match(line), TOTAL.match(line)
        if row:
            count = lines_of(row["file"])
            files, total = files + 1, total + count
            made.append(f"| `{row['file']}` | {count:,} |{line[row.end() :]}")
        elif together:
            made.append(f"| **{files} files** | **{total:,}** |{line[together.end() :]}")
            files = total = 0
        else:
            made.append(line)
    return "\n".join(made) + "\n"


if __name__ == "__main__":
    PAGE.write_text(with_counts(PAGE.read_text("utf-8")), "utf-8")
