"""Which judge fits a model: trained, prompted or likelihood. Measured once a model, not assumed.

Twelve short passages with one question each; every question is also asked of the next
passage. The AUC of P(yes) over the 12 right and 12 wrong pairs decides whether the model can be
asked (`choice`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from longread import paths
from longread.engine import Engine
from longread.errors import UsageError
from longread.models import calibration as measured
from longread.reading import prompts
from longread.reading.judges import Judge, relevance_of
from longread.reading.judges.likelihood import LikelihoodJudge
from longread.reading.judges.prompted import PromptedJudge
from longread.reading.judges.trained import TrainedJudge, speaks_protocol
from longread.reading.names import GATES
from longread.reading.prompts import probe_pairs
from longread.reading.relevance.calibration import auc

# Chance is 0.5. Below this P(yes) tells too little to gate by.
_GOOD_AUC = 0.9
# No model below this size that was tried can gate by instruction; the probe is spared.
_TOO_SMALL = 300_000_000
_JUDGES: dict[str, Callable[[Engine], Judge]] = {
    "reader": TrainedJudge,
    "choice": PromptedJudge,
    "likelihood": LikelihoodJudge,
}


def judge_for(engine: Engine, requested: str = "auto") -> Judge:
    """The judge for a model: as requested, or with `auto` what the model is fit for.

    Raises UsageError for an unknown gate, or `reader` of a model that was not trained to.
    """
    return _JUDGES[gate_signal(engine, requested)](engine)


def judge_of_notes(engine: Engine) -> Judge:
    """The judge of a strategy that asks its model of nothing but its own notes: that of `auto`, or,
    of a model whose yes and no were calibrated, the prompted one."""
    known = measured.of(engine.info.file)
    calibrated = known is not None and "notes" in known.gate.get(PromptedJudge.signal, {})
    return PromptedJudge(engine) if calibrated else judge_for(engine)


def gate_signal(engine: Engine, requested: str) -> str:
    """`reader`, `likelihood` or `choice`; arguments and errors as for `judge_for`."""
    if requested not in GATES:
        raise UsageError(f"there is no gate called {requested}.", f"gates are: {', '.join(GATES)}")
    if requested == "reader" and not speaks_protocol(engine):
        raise UsageError(
            f"{engine.info.name} was not trained to gate as a reader.",
            "use --gate likelihood or --gate choice, or the bundled model with its adapter",
        )
    if requested == "likelihood" and "score" not in engine.capabilities:
        raise UsageError(
            f"{engine.info.device} gives no likelihood of a question.", "use --gate choice"
        )
    if requested != "auto":
        return requested
    if speaks_protocol(engine):
        return "reader"
    if "score" not in engine.capabilities:
        return "choice"
    if not may_follow_instructions(engine):
        return "likelihood"
    verdict = _verdict_file(engine)
    with suppress(OSError, ValueError, KeyError):
        return _choose(json.loads(verdict.read_text("utf-8"))["auc"])
    area = choice_auc(engine)
    with suppress(OSError):
        verdict.parent.mkdir(parents=True, exist_ok=True)
        verdict.write_text(json.dumps({"model": engine.info.name, "auc": area}), "utf-8")
    return _choose(area)


def may_follow_instructions(engine: Engine) -> bool:
    """Whether a model's template and size allow for it: a base model follows none. A server may
    not say how large its model is: 0."""
    small = 0 < engine.info.parameters < _TOO_SMALL
    return engine.info.chat_template and not small and not speaks_protocol(engine)


def choice_auc(engine: Engine) -> float:
    """AUC of P(yes) on the built-in pairs: 1.0 separates them all, 0.5 is chance."""
    judge, pairs = PromptedJudge(engine), probe_pairs()
    right, wrong = list[float](), list[float]()
    # Both questions to a passage, one after the other: they share its prefill.
    for (passage, question), (_passage, other) in zip(pairs, [pairs[-1], *pairs[:-1]], strict=True):
        right.append(relevance_of(judge, passage, question).answers)
        wrong.append(relevance_of(judge, passage, other).answers)
    return auc(right, wrong) or 0.0


def _choose(area: float) -> str:
    return "choice" if area >= _GOOD_AUC else "likelihood"


def _verdict_file(engine: Engine) -> Path:
    file = Path(engine.info.file)
    stat = file.stat() if file.exists() else None
    key = f"{file} {stat.st_size} {stat.st_mtime_ns}" if stat else f"{file} {engine.info.name}"
    name = hashlib.sha256(f"{prompts.VERSION} {key}".encode()).hexdigest()[:16]
    return paths.cache_folder() / "gates" / f"{name}.json"
