"""Two-hop questions on short documents: the two pages that a question joins, among others.

    python benchmarks/two_hop.py FOLDER
    python benchmarks/loop.py FOLDER/questions.jsonl --tag a --model M --strategies gated,gru-mem

The questions are the example report's own (`examples/questions.jsonl`, kind `two-hop`) and
those of `benchmarks/two_hop/questions.jsonl`: 16 in all. Each has a PDF of its own, of seven
to twelve pages of the report in their order, drawn by the question's id: what every strategy
can read in minutes with a large model. The same pages come out every time.

Multi-hop documents of 8,000 tokens are built by `longread bench multihop hotpot.jsonl
2wikimultihop.jsonl musique.jsonl --lengths 8k --samples 24 --build-only --out FOLDER -m MODEL`.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import replace
from pathlib import Path

import pymupdf

from longread.bench.records import Evidence, Question, read_questions, write_questions

HERE = Path(__file__).parent
SOURCES = (HERE.parent / "examples" / "questions.jsonl", HERE / "two_hop" / "questions.jsonl")
FEWEST, MOST = 7, 12


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="where questions.jsonl and the documents go")
    folder: Path = parser.parse_args().folder
    (folder / "documents").mkdir(parents=True, exist_ok=True)
    questions = [excerpt(question, folder) for question in two_hop()]
    write_questions(folder / "questions.jsonl", questions)
    print(f"{len(questions)} questions: {folder / 'questions.jsonl'}")


def two_hop() -> list[Question]:
    """All two-hop questions, on the whole report."""
    every = [question for file in SOURCES for question in read_questions(file)]
    return [question for question in every if question.tags.get("kind") == "two-hop"]


def pages_of(question: Question, count: int) -> list[int]:
    """The pages (from 1) of a question's excerpt, of a document of `count` pages."""
    draw = random.Random(question.id)
    gold = {one.page for one in question.evidence if one.page is not None}
    others = sorted(set(range(1, count + 1)) - gold)
    return sorted({*gold, *draw.sample(others, draw.randint(FEWEST, MOST) - len(gold))})


def excerpt(question: Question, folder: Path) -> Question:
    """Write the question's pages as a PDF; the question, asked of these."""
    name = f"documents/{question.id}.pdf"
    with pymupdf.open(question.documents[0]) as report, pymupdf.open() as short:
        pages = pages_of(question, report.page_count)
        for page in pages:
            short.insert_pdf(report, from_page=page - 1, to_page=page - 1)
        short.save(folder / name, garbage=3, deflate=True)
    evidence = tuple(
        Evidence(name, pages.index(one.page) + 1, one.text)
        for one in question.evidence
        if one.page is not None
    )
    tags = {**question.tags, "pages": len(pages)}
    return replace(question, documents=(name,), evidence=evidence, tags=tags)


if __name__ == "__main__":
    main()
