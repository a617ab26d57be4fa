"""Evidence recall at 1, 3, 5 and 10: BM25, likelihood, attention, the reader's gate, their sums.

    python benchmarks/recall.py ../shared/data --out recall.jsonl --limit 30

What is ranked is a paragraph (XQuAD, all paragraphs of a language in one document), a passage
(multi-hop, the passages of one question) or a passage of 256 tokens, counted by its page
(FinanceBench, the filing of one question). Signals that cost a decode score BM25's best
`--top` passages only; the rest follow in BM25's order, and the table says how often a gold passage
was not among them. The reader's seconds leave out the passage's prefill, which the likelihood has
paid. One JSON line a question; the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
import itertools
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from longread.bench.evidence_match import locate
from longread.bench.formats import Wanted, convert
from longread.bench.records import Question
from longread.bench.statistics import mean_interval
from longread.documents import Document, load
from longread.documents.chunks import Span
from longread.engine import Engine
from longread.engine.optional import attention_probe
from longread.models import store
from longread.reading.corpus import Corpus
from longread.reading.judges import relevance_of
from longread.reading.judges.likelihood import LikelihoodJudge
from longread.reading.judges.trained import TrainedJudge, speaks_protocol
from longread.reading.options import ReadingOptions
from longread.reading.relevance.attention import AttentionReader, attention_settings
from longread.reading.relevance.calibration import logit
from longread.retrieval import Index
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions

KS = (1, 3, 5, 10)
LANGUAGES = ("en", "de", "es", "ru", "zh", "ar")
SETS = {
    **{f"xquad-{language}": (f"xquad/xquad.{language}.json", "squad") for language in LANGUAGES},
    "hotpot": ("multihop/hotpot.jsonl", "hotpotqa"),
    "2wiki": ("multihop/2wikimultihop.jsonl", "2wiki"),
    "musique": ("multihop/musique.jsonl", "musique"),
    "financebench": ("financebench/questions.jsonl", "financebench"),
}
# A line of fewer characters is a heading.
_PARAGRAPH = 40


@dataclass(frozen=True)
class Passages:
    """The passages of one question's documents; `groups` is what counts as found (a page)."""

    texts: list[str]
    groups: list[str]
    gold: set[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("data", type=Path, help="the folder with xquad/, multihop/, financebench/")
    parser.add_argument("--sets", default=",".join(SETS), help=f"of {', '.join(SETS)}")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="questions a set")
    parser.add_argument("--top", type=int, default=20, help="passages that costly signals score")
    parser.add_argument("--model")
    parser.add_argument("--no-adapter", action="store_true")
    parser.add_argument("--heads", default="auto", choices=("auto", "last-layer"))
    parser.add_argument("--max-seconds", type=float, default=float("inf"))
    arguments = parser.parse_args()
    done = {(row["set"], row["id"]) for row in rows(arguments.out)}
    resolved = store.resolve(arguments.model) if arguments.model else store.resolve_default()
    engine = open_engine(resolved, ModelOptions(adapter=not arguments.no_adapter))
    scorer = Scorer(engine, arguments.heads)
    begun = time.perf_counter()
    with arguments.out.open("a", encoding="utf-8") as out:
        for name in arguments.sets.split(","):
            for question, passages in prepared(name, arguments, engine):
                if (name, question.id) in done:
                    continue
                if time.perf_counter() - begun > arguments.max_seconds:
                    break
                row = scorer.row(question.question, passages, arguments.top)
                out.write(json.dumps({"set": name, "id": question.id, **row}) + "\n")
                out.flush()
    print(
        f"# {engine.info.name} ({engine.info.protocol or 'plain'}), heads {arguments.heads}, ",
        end="",
    )
    print(f"costly signals on BM25's best {arguments.top} passages")
    show(list(rows(arguments.out)))


def rows(file: Path) -> Iterator[dict[str, Any]]:
    """The rows of an earlier run."""
    if file.exists():
        for line in file.read_text("utf-8").splitlines():
            yield json.loads(line)


def prepared(
    name: str, arguments: argparse.Namespace, engine: Engine
) -> Iterator[tuple[Question, Passages]]:
    """The questions of a set with their passages."""
    path, source = SETS[name]
    wanted = Wanted(source, joined=source == "squad", limit=arguments.limit)
    with tempfile.TemporaryDirectory() as folder:
        questions = convert(arguments.data / path, Path(folder), wanted, print)
        documents: dict[str, Document] = {}
        for question in questions:
            for file in question.documents:
                if file not in documents:
                    documents[file] = load(str(Path(folder) / file))
            held = [documents[file] for file in question.documents]
            yield question, cut(question, held, source, engine)


def cut(question: Question, documents: Sequence[Document], source: str, engine: Engine) -> Passages:
    """Passages by page, sections (one a passage), or paragraphs."""
    if source == "financebench":
        corpus = Corpus(documents, chunk_tokens=1024, passage_tokens=256, count=engine.count)
        passages = corpus.passages
        groups = [f"{passage.document} {corpus.locate(passage).page}" for passage in passages]
        names = [document.path for document in documents]
        gold = {f"{names.index(one.document)} {one.page}" for one in question.evidence}
        return Passages([corpus.headed(passage) for passage in passages], groups, gold)
    document = documents[0]
    starts = [section.start for section in document.sections] + [len(document.text)]
    spans = list(itertools.pairwise(starts))
    if source == "squad":
        spans = list(paragraphs(document.text))
    texts = [document.text[start:end].strip() for start, end in spans]
    golden = [locate(one, document) for one in question.evidence]
    gold = {
        str(place)
        for place, (start, end) in enumerate(spans)
        if any(span and start <= (span[0] + span[1]) // 2 < end for span in golden)
    }
    corpus = Corpus([document], chunk_tokens=1024, passage_tokens=256, count=len)
    headed = [
        f"{corpus.header(Span(0, 0, start, end, 0))}\n{text}"
        for (start, end), text in zip(spans, texts, strict=True)
    ]
    return Passages(headed, [str(place) for place in range(len(spans))], gold)


def paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Spans between blank lines, headings left out."""
    start = 0
    for block in text.split("\n\n"):
        if len(block) >= _PARAGRAPH:
            yield start, start + len(block)
        start += len(block) + 2


class Scorer:
    """All signals on the passages of a question."""

    def __init__(self, engine: Engine, heads: str) -> None:
        self._likelihood = LikelihoodJudge(engine)
        probe = attention_probe(engine)
        assert probe is not None, "this engine does not show its attention"
        settings = attention_settings(engine, ReadingOptions(heads=heads))
        self._attention = AttentionReader(probe, settings)
        self._reader = TrainedJudge(engine) if speaks_protocol(engine) else None

    def row(self, question: str, passages: Passages, top: int) -> dict[str, Any]:
        """Ranks (from 0) of the gold groups by each signal, and the seconds of each."""
        bm25 = Index(passages.texts, background=True).scores(question)
        order = sorted(range(len(bm25)), key=lambda place: (-bm25[place], place))
        best = order[:top]
        scores: dict[str, list[float]] = defaultdict(list)
        seconds: dict[str, float] = defaultdict(float)
        for place in best:
            text = passages.texts[place]
            scores["bm25"].append(bm25[place])
            for name, score in self._costly().items():
                begun = time.perf_counter()
                scores[name].append(score(question, text))
                seconds[name] += time.perf_counter() - begun
        level = {name: standard(values) for name, values in scores.items()}
        names = ("bm25", "likelihood", "attention")
        level["sum"] = np.sum([level[name] for name in names], axis=0)
        if "reader" in level:
            level["sum and reader"] = level["sum"] + level["reader"]
        found = {}
        for name, values in level.items():
            ranked = [best[at] for at in np.argsort(-values, kind="stable")] + order[top:]
            groups = list(dict.fromkeys(passages.groups[place] for place in ranked))
            found[name] = [groups.index(gold) for gold in passages.gold if gold in groups]
        missed = sum(
            gold not in {passages.groups[place] for place in best} for gold in passages.gold
        )
        return {
            "passages": len(bm25),
            "gold": len(passages.gold),
            "beyond": missed,
            "ranks": found,
            "seconds": {name: round(value, 3) for name, value in seconds.items()},
        }

    def _costly(self) -> dict[str, Any]:
        signals: dict[str, Any] = {
            "likelihood": lambda question, text: logit(
                relevance_of(self._likelihood, text, question).answers
            ),
            "attention": lambda question, text: float(
                self._attention.relevance(text, question).scores.max(initial=0.0)
            ),
        }
        reader = self._reader
        if reader is not None:
            signals["reader"] = lambda question, text: np.log(
                max(1e-9, relevance_of(reader, text, question).helps)
            )
        return signals


def standard(values: Sequence[float]) -> np.ndarray:
    """Values less their mean, over their spread."""
    array = np.array(values, dtype=np.float64)
    return (array - array.mean()) / (array.std() + 1e-9)


def show(kept: Sequence[dict[str, Any]]) -> None:
    """Recall with its interval, a table a set."""
    for name in dict.fromkeys(row["set"] for row in kept):
        group = [row for row in kept if row["set"] == name and row["gold"]]
        passages = np.mean([row["passages"] for row in group])
        beyond = sum(row["beyond"] for row in group) / sum(row["gold"] for row in group)
        print(
            f"\n## {name} (n = {len(group)}, {passages:.0f} passages, "
            f"{beyond:.0%} of the gold beyond)\n"
        )
        print("| signal | " + " | ".join(f"recall@{k}" for k in KS) + " | seconds |")
        print("| --- |" + " --- |" * (len(KS) + 1))
        for signal in group[0]["ranks"]:
            cells = []
            for k in KS:
                shares = [
                    sum(rank < k for rank in row["ranks"][signal]) / row["gold"] for row in group
                ]
                interval = mean_interval(shares)
                assert interval is not None
                cells.append(f"{interval.mean:.2f} ({interval.low:.2f} to {interval.high:.2f})")
            spent = np.mean([row["seconds"].get(signal, 0.0) for row in group])
            print(f"| {signal} | " + " | ".join(cells) + f" | {spent:.1f} |")


if __name__ == "__main__":
    main()
