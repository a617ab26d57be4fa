"""Questions for one cell of a table: what a model answers from the best rows, as records.

    python benchmarks/one_cell.py --model MODEL.gguf

The page is given (`tables/questions.jsonl`), so this measures how tables are put before a model,
not how they are found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from machine import machine

from longread.bench.metrics import contains
from longread.bench.records import Question, read_questions
from longread.bench.statistics import mean_interval
from longread.documents import Document, load
from longread.documents.chunks import Span
from longread.errors import LongreadError
from longread.models import store
from longread.reading.corpus import Corpus
from longread.reading.judges.prompted import PromptedJudge
from longread.runs.opening import open_engine
from longread.runs.options import ModelOptions

QUESTIONS = Path(__file__).resolve().parent / "tables" / "questions.jsonl"


def answered(judge: PromptedJudge, document: Document, asked: Question) -> str:
    """The answer from the best rows of the page that the question's evidence names."""
    corpus = Corpus([document], chunk_tokens=1024, passage_tokens=256, count=judge.engine.count)
    number = (asked.evidence[0].page or 1) - 1
    starts = [*(page.start for page in document.pages), len(document.text)]
    page = Span(0, 0, starts[number], starts[number + 1], 0)
    shown = corpus.as_records(page, asked.question)
    print(f"\n{asked.question}\n{shown}")
    return judge.answer(shown, asked.question).text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--model", help="a model's name or a .gguf file; none: the usual one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--limit", type=int)
    given = parser.parse_args()
    resolved = store.resolve(given.model) if given.model else store.resolve_default()
    engine = open_engine(resolved, ModelOptions(threads=given.threads))
    judge, documents, right = PromptedJudge(engine), dict[str, Document](), list[float]()
    for asked in read_questions(QUESTIONS)[: given.limit]:
        path = asked.documents[0]
        if path not in documents:
            documents = {path: load(path)}
        answer = answered(judge, documents[path], asked)
        right.append(max(contains(answer, each) for each in asked.answers))
        print(f"{'right' if right[-1] else 'WRONG'}: {answer!r}, wanted {asked.answers[0]!r}")
        sys.stdout.flush()
    found = mean_interval(right)
    assert found is not None
    print(f"\n{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}] of {found.n}; {machine()}")


if __name__ == "__main__":
    try:
        main()
    except LongreadError as error:
        sys.exit(f"{error.message} {error.hint}")
