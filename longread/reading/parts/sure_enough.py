"""Selective answering: no answer that is less sure than the user wants (arXiv 1705.08500)."""

from __future__ import annotations

from longread.reading.state import Outcome


def sure_enough(found: Outcome, least: float) -> Outcome:
    """What was found, or no answer where it is less likely right than `least` (0 to 1). The remark
    says then what it would have been, and its first citation is the closest place."""
    if found.text is None or found.confidence >= least:
        return found
    answer = " ".join(found.text.split())
    remark = f"{found.confidence:.2f} sure, {least:.2f} are wanted: {answer}"
    closest = next(iter(found.citations), None)
    return Outcome(None, (), found.confidence, closest=closest, remark=remark)
