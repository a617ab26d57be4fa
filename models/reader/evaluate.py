"""Measure the reader on single passages: gate, answer, refusal, in the file that runs.

    python evaluate.py MODEL.gguf ../../../shared/data/xquad/xquad.en.json --limit 300

Every question is put to its own paragraph and to another one of its article, under the
article's name as a header. Prints AUC and paired accuracy of the gate, of the reader's word
alone and as `longread` weighs it (with BM25's match, the article being the document), correct and
false refusals at the threshold that --threshold names, F1, exact match and one-way containment
of the answers given the right paragraph, with bootstrap intervals; and F1 of the words that
greedy decoding gives, which `longread` weighs against other candidates.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

from longread.bench.metrics import contains, exact, token_f1
from longread.bench.statistics import mean_interval
from longread.engine import Engine
from longread.engine.llamacpp import LlamaCppEngine
from longread.reading.judges import relevance_of
from longread.reading.judges.trained import TrainedJudge
from longread.reading.relevance.calibration import auc, calibration, logit
from longread.reading.relevance.match import lexical_match
from longread.retrieval import Index


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("model", type=Path)
    parser.add_argument("squad", type=Path)
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--threshold", type=float, default=0.5)
    parser.add_argument("--json", type=Path, help="keep every question's numbers here")
    given = parser.parse_args()
    articles = json.loads(given.squad.read_text("utf-8"))["data"]
    asked = [
        (article, number, qa)
        for article in articles
        for number, paragraph in enumerate(article["paragraphs"])
        for qa in paragraph["qas"]
        if len(article["paragraphs"]) > 1
    ]
    rng = random.Random(given.seed)
    asked = rng.sample(asked, min(given.limit, len(asked)))
    rows = []
    begun = time.time()
    with LlamaCppEngine(given.model, threads=given.threads) as engine:
        for article, number, qa in asked:
            rows.append(measure(engine, article, number, qa, rng))
            if sys.stderr.isatty():
                print(f"\r{len(rows)} of {len(asked)}", end="", file=sys.stderr)
    if given.json:
        given.json.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    report(rows, given.threshold, time.time() - begun)


def measure(engine: Engine, article: dict, number: int, qa: dict, rng: random.Random) -> dict:
    """One question at its own paragraph and at another of the article."""
    judge = TrainedJudge(engine)
    title = article["title"].replace("_", " ")
    paragraphs = [paragraph["context"] for paragraph in article["paragraphs"]]
    other = rng.choice([place for place in range(len(paragraphs)) if place != number])
    question = qa["question"].strip()
    golds = [answer["text"] for answer in qa["answers"]]
    right = f"{title}\n{paragraphs[number]}"
    gate = relevance_of(judge, right, question)
    said = judge.answer(right, question)
    likeliest = engine.generate(f"{judge.ask(right, question).prompt} yes\nAnswer:", max_tokens=48)
    wrong = relevance_of(judge, f"{title}\n{paragraphs[other]}", question)
    index = Index([f"{title}\n{paragraph}" for paragraph in paragraphs])
    matches = lexical_match(index, question)
    weigh = calibration("reader").answer.probability
    return {
        "weighed_right": weigh(logit(gate.helps), matches[number]),
        "weighed_wrong": weigh(logit(wrong.helps), matches[other]),
        "question": question,
        "golds": golds,
        "answer": said.text,
        "answer_confidence": said.confidence,
        "right": gate.helps,
        "wrong": wrong.helps,
        "f1": max(token_f1(said.text, gold) for gold in golds),
        "greedy_f1": max(token_f1(likeliest.text, gold) for gold in golds),
        "exact": max(exact(said.text, gold) for gold in golds),
        "contained": max(contains(said.text, gold) for gold in golds),
    }


def report(rows: list[dict], threshold: float, seconds: float) -> None:
    """Print the table."""
    right, wrong = [row["right"] for row in rows], [row["wrong"] for row in rows]
    paired = [float(r > w) + 0.5 * (r == w) for r, w in zip(right, wrong, strict=True)]
    weighed = [row["weighed_right"] for row in rows], [row["weighed_wrong"] for row in rows]
    print(f"n = {len(rows)}, {seconds:.0f} s")
    print(f"gate AUC            {auc(right, wrong):.4f}")
    print(f"with BM25's match   {auc(*weighed):.4f}")
    for name, values in (
        ("gate, paired", paired),
        ("false refusals", [float(value < threshold) for value in right]),
        ("correct refusals", [float(value < threshold) for value in wrong]),
        ("answer F1", [row["f1"] for row in rows]),
        ("F1, greedy", [row["greedy_f1"] for row in rows]),
        ("F1, paired", [row["f1"] - row["greedy_f1"] for row in rows]),
        ("answer exact", [row["exact"] for row in rows]),
        ("answer contained", [row["contained"] for row in rows]),
    ):
        found = mean_interval(values)
        print(f"{name:18}  {found.mean:.3f}  [{found.low:.3f}, {found.high:.3f}]")


if __name__ == "__main__":
    main()
