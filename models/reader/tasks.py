"""Whole reading runs to train on: a question, passages in document order, known evidence.

Single-passage questions of SQuAD articles over neighbouring passages of a document as longread
cuts it, and two-hop questions (HotpotQA, MuSiQue, bridges of our own) whose passages stand
in a drawn order. In a fifth of the tasks the passage with the answer is left out.

The rewards are GRU-Mem's (arXiv 2602.10560): outcome, update gate a turn, exit with decay,
format. Its numbers for exit and format are not published; ours stand below.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import data

from longread.bench.metrics import token_f1
from longread.documents.sentences import sentences
from longread.reading.corpus import Corpus

UNANSWERABLE = 0.2
PASSAGES = (5, 8)
PASSAGE_TOKENS = (160, 192, 256)
# InfMem's decay of the exit reward for every step read after the last evidence.
EXIT_DECAY = 0.6
# What the parts weigh in a run's reward. An exit can gain half of what the answer can.
OUTCOME_WEIGHT, EXIT_WEIGHT, FORMAT_WEIGHT = 1.0, 0.5, 0.25
# Share of a run's reward in the advantage; the rest is the turn's own (GRU-Mem).
ALPHA = 0.9
# A group's spread counts as at least this much: F1 of 0.95 against 1 is no large difference.
LEAST_SPREAD = 0.1


@dataclass(frozen=True)
class Task:
    """One reading run. `evidence` gives the sentence that counts, by place of its passage.

    `hops` is the number of passages that the answer needs; fewer in `evidence` means that
    the question cannot be answered (`answer` is None then).
    """

    question: str
    answer: str | None
    passages: tuple[str, ...]
    evidence: dict[int, str]
    hops: int
    source: str


@dataclass
class Turn:
    """What one rollout did at one passage. `known` are places whose evidence is in the notes."""

    place: int
    gate: str
    known: frozenset[int] = frozenset()
    words: str = ""
    ended: bool = True
    verbatim: bool = True
    prompt: list[int] = field(default_factory=list)
    # Tokens after the prompt; those that the policy chose, with the sampler's log-probability.
    reply: list[int] = field(default_factory=list)
    chosen: list[float | None] = field(default_factory=list)


@dataclass
class Run:
    """One rollout: its turns, and where and with what answer it ended (None: refused)."""

    turns: list[Turn] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    known: frozenset[int] = frozenset()
    answer: str | None = None
    exit_place: int | None = None


@dataclass(frozen=True)
class Rewards:
    """The parts of one run's reward, each between 0 and 1; `gates` has one a turn."""

    outcome: float
    exit: float
    format: float
    gates: tuple[float, ...]

    @property
    def trajectory(self) -> float:
        return OUTCOME_WEIGHT * self.outcome + EXIT_WEIGHT * self.exit + FORMAT_WEIGHT * self.format


def wanted_gate(task: Task, place: int, known: frozenset[int]) -> str:
    """The right gate word at a passage, given whose evidence the notes hold already."""
    if place not in task.evidence:
        return "no"
    return "yes" if len((known | {place}) & set(task.evidence)) == task.hops else "part"


def rewards(task: Task, run: Run) -> Rewards:
    """All parts of a run's reward."""
    if task.answer is None:
        outcome = float(run.answer is None)
    else:
        outcome = token_f1(run.answer, task.answer) if run.answer is not None else 0.0
    said = [turn for turn in run.turns if turn.gate != "no"]
    good = [float(turn.ended and turn.verbatim) for turn in said]
    return Rewards(
        outcome=outcome,
        exit=exit_reward(task, run.exit_place),
        format=sum(good) / len(good) if good else 1.0,
        gates=tuple(
            float(turn.gate == wanted_gate(task, turn.place, turn.known)) for turn in run.turns
        ),
    )


def exit_reward(task: Task, exit_place: int | None) -> float:
    """1 for an exit at the last evidence, times the decay a step later, 0 before it.

    Where there is no answer, 1 for reading to the end. Where there is one, 0 for that: a
    run that never found the answer must not score like one that found it late.
    """
    if task.answer is None:
        return float(exit_place is None)
    last = max(task.evidence)
    if exit_place is None or exit_place < last:
        return 0.0
    return float(EXIT_DECAY ** (exit_place - last))


def normalised(values: Sequence[float]) -> list[float]:
    """Each value less the group's mean, by its spread (GRPO, arXiv 2402.03300)."""
    mean = sum(values) / len(values)
    spread = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    return [(value - mean) / max(spread, LEAST_SPREAD) for value in values]


def advantages(group: Sequence[Rewards], places: Sequence[Sequence[int]]) -> list[list[float]]:
    """The advantage of every turn of every run of a group.

    `places[r][t]` is the passage of turn t of run r: a turn is held against the other
    runs' turns at the same passage. A turn without another to compare with has no part
    of its own.
    """
    whole = normalised([each.trajectory for each in group])
    at: dict[int, list[tuple[int, int]]] = {}
    for number, run in enumerate(places):
        for turn, place in enumerate(run):
            at.setdefault(place, []).append((number, turn))
    made = [[ALPHA * whole[number]] * len(run) for number, run in enumerate(places)]
    for members in at.values():
        own = normalised([group[number].gates[turn] for number, turn in members])
        for (number, turn), value in zip(members, own, strict=True):
            made[number][turn] += (1 - ALPHA) * value
    return made


def sentence_of(passage: str, words: str) -> str:
    """The sentence of a passage that shares most with `words`: what longread's notes keep."""
    body = passage.partition("\n")[2] or passage
    wanted = Counter(words.casefold().split())
    found = [" ".join(body[start:end].split()) for start, end in sentences(body)]
    return max(found, key=lambda one: _likeness(one, wanted), default=" ".join(words.split()))


def _likeness(sentence: str, wanted: Counter[str]) -> float:
    own = Counter(sentence.casefold().split())
    return 2 * (own & wanted).total() / max(1, own.total() + wanted.total())


def is_verbatim(words: str, passage: str) -> bool:
    """Whether a quote stands in the passage, but for white space."""
    return bool(words.strip()) and "".join(words.split()) in "".join(passage.split())


def holds(evidence: str, note: str) -> bool:
    """Whether a sentence in the notes is the evidence: half of its words, or the other way.

    Evidence of HotpotQA may be several sentences; one of them is enough.
    """
    first, second = Counter(evidence.casefold().split()), Counter(note.casefold().split())
    return (first & second).total() >= 0.5 * min(first.total(), second.total())


# ---- tasks ----


def squad_tasks(
    file: Path, count: Callable[[str], int], seed: int, held_out: bool
) -> Iterator[Task]:
    """Endless single-passage tasks from SQuAD articles."""
    rng = random.Random(f"squad {seed}")
    articles = [
        article
        for article in json.loads(file.read_text("utf-8"))["data"]
        if (article["title"] in data.HELD_OUT) == held_out
    ]
    while True:
        task = _squad_task(rng.choice(articles), count, rng)
        if task is not None:
            yield task


def _squad_task(article: dict, count: Callable[[str], int], rng: random.Random) -> Task | None:
    # A dozen neighbouring paragraphs give enough passages, and cutting them takes milliseconds.
    paragraphs = article["paragraphs"]
    first = rng.randrange(max(1, len(paragraphs) - 12))
    text, starts, placed = "", [], []
    for paragraph in paragraphs[first : first + 12]:
        text += "\n\n" if text else ""
        starts.append(len(text))
        for qa in paragraph["qas"]:
            gold = qa["answers"][0]
            placed.append((qa["question"].strip(), gold["text"], starts[-1] + gold["answer_start"]))
        text += paragraph["context"]
    if not placed:
        return None
    document = data.disguised(article["title"].replace("_", " "), text, starts, rng)
    size = rng.choice(PASSAGE_TOKENS)
    corpus = Corpus([document], chunk_tokens=1024, passage_tokens=size, count=count)
    passages = corpus.passages
    question, answer, begin = rng.choice(placed)
    own = [
        place
        for place, passage in enumerate(passages)
        if passage.start <= begin and begin + len(answer) <= passage.end
    ]
    wanted = rng.randint(*PASSAGES)
    if not own or len(passages) < wanted:
        return None
    low = max(0, own[0] - wanted + 1)
    start = rng.randint(low, min(own[0], len(passages) - wanted))
    chosen = list(range(start, start + wanted))
    words = answer.casefold()
    for place in chosen:
        if place != own[0] and words in corpus.text(passages[place]).casefold():
            return None
    left_out = rng.random() < UNANSWERABLE
    if left_out:
        chosen.remove(own[0])
    passage = passages[own[0]]
    quote = data.sentence_around(text[passage.start : passage.end], begin - passage.start)
    return Task(
        question,
        None if left_out else answer,
        tuple(corpus.headed(passages[place]).strip() for place in chosen),
        {} if left_out else {chosen.index(own[0]): quote},
        1,
        "squad",
    )


def hop_tasks(items: Sequence[dict], source: str, seed: int) -> Iterator[Task]:
    """Endless two-hop tasks: every item once a round, in a fresh order with other distractors."""
    rng = random.Random(f"{source} {seed}")
    while True:
        for item in rng.sample(items, len(items)):
            yield _hop_task(item, source, rng)


def _hop_task(item: dict, source: str, rng: random.Random) -> Task:
    others = [(title, text, None) for title, text in item["others"]]
    answerable = rng.random() >= UNANSWERABLE
    gold = [item["first"], item["second"]] if answerable else [item["first"]]
    wanted = rng.randint(*PASSAGES) - len(gold)
    chosen = [*gold, *rng.sample(others, min(len(others), wanted))]
    rng.shuffle(chosen)
    kind, page = rng.randrange(4), rng.randint(1, 40)
    passages, evidence = [], {}
    for place, (title, text, quote) in enumerate(chosen):
        page += rng.randint(0, 3)
        head = (
            f"{title}\n",
            f"Reader | {title}\n{title}\n\n",
            f"{title} | page {page}\n",
            f"documents\n{title}\n\n",
        )[kind]
        passages.append(f"{head}{text}".strip())
        if quote is not None:
            evidence[place] = quote
    answer = item["answer"] if answerable else None
    return Task(item["question"], answer, tuple(passages), evidence, 2, source)


def training_tasks(shared: Path, count: Callable[[str], int], seed: int) -> Iterator[Task]:
    """Endless tasks for training: half SQuAD, a third our own bridges, the rest known sets."""
    rng = random.Random(f"mix {seed}")
    folder = shared / "multihop"
    known = [
        *data.hotpot(folder / "train_hotpotqa_train.json"),
        *data.musique(folder / "train_musique_train.json"),
    ]
    streams = [
        squad_tasks(shared / "squad" / "train_44_articles.json", count, seed, held_out=False),
        hop_tasks(list(data.generated_bridges(seed, 400)), "bridge", seed),
        hop_tasks(known, "known", seed),
    ]
    while True:
        task = next(rng.choices(streams, weights=(50, 33, 17))[0])
        if max(map(count, task.passages)) <= 420:
            yield task


def held_out_tasks(shared: Path, count: Callable[[str], int], number: int) -> list[Task]:
    """Tasks that no training sees: held-out articles, and bridges from another seed."""
    file = shared / "squad" / "train_44_articles.json"
    half = number // 2
    articles = squad_tasks(file, count, 990_001, held_out=True)
    own = hop_tasks(list(data.generated_bridges(990_001, number - half)), "bridge", 990_001)
    return [*(next(articles) for _ in range(half)), *(next(own) for _ in range(number - half))]
