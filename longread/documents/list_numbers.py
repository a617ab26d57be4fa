"""Numbers of lists in digits, letters and Roman figures: 3, "c", "iii"."""

from __future__ import annotations

# Larger ones are written in digits; Roman figures end here.
_LARGEST = 3999
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


def written(count: int, way: str) -> str:
    """A count by the way that Word names it; in digits where that is not known here."""
    small = 0 < count <= _LARGEST
    if way.endswith("Letter") and small:
        letters = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters.upper() if way == "upperLetter" else letters
    if way.endswith("Roman") and small:
        roman = ""
        for value, letters in _ROMAN:
            times, count = divmod(count, value)
            roman += letters * times
        return roman.upper() if way == "upperRoman" else roman
    if way == "none":
        return ""
    return f"{count:02}" if way == "decimalZero" else str(count)
