"""Write the README's list of formats and docs/formats.md: `python docs/make_formats.py`.

Both come from `longread.documents.formats`. A test fails when they do not hold it.
"""

from __future__ import annotations

from pathlib import Path

from longread.documents.formats import FORMATS, listed

ROOT = Path(__file__).resolve().parents[1]
README, PAGE = ROOT / "README.md", ROOT / "docs" / "formats.md"
_BEGIN, _END = "<!-- formats: made by docs/make_formats.py -->", "<!-- formats: end -->"


def readme(text: str) -> str:
    """The README's text with the list as it is now."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    said = f"Reads {listed()}. What names a quote's place, and what stays unread: "
    return f"{before}{_BEGIN}\n{said}[docs/formats.md](docs/formats.md).\n{_END}{after}"


def page(text: str) -> str:
    """docs/formats.md with the table as it is now."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    rows = ["| format | files | place of a quote | not read |", "| --- | --- | --- | --- |"]
    for each in FORMATS:
        shown = " ".join(f"`{suffix}`" for suffix in each.suffixes)
        rows.append(f"| {each.short} | {shown} | {each.place} | {each.unread or '–'} |")
    return "\n".join([before + _BEGIN, *rows, _END + after])


if __name__ == "__main__":
    README.write_text(readme(README.read_text("utf-8")), "utf-8")
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
