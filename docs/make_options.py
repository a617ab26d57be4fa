"""Write the README's table of options: `python docs/make_options.py`.

The table comes from where options are declared (`longread.options`). A test fails when the
README does not hold it.
"""

from __future__ import annotations

from pathlib import Path

from longread.cli.options import TABLE

README = Path(__file__).resolve().parents[1] / "README.md"
_BEGIN, _END = "<!-- options: made by docs/make_options.py -->", "<!-- options: end -->"


def with_table(text: str) -> str:
    """The README's text with the table as it is now."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return "\n".join([before + _BEGIN, *TABLE.markdown(), _END + after])


if __name__ == "__main__":
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
