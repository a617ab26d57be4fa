"""Two-hop questions: one passage names a thing, a passage on that thing holds the answer.

Every kind of entity has relations, each with ways to state it, a phrase for the thing
meant ("the town where Ida Crane was born") and questions. Any relation whose target is of
a kind with relations of its own can be chained with any of those.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from generated import Bridge, Passage, sentence_of
from grammar import Scene, re


@dataclass(frozen=True)
class Relation:
    """`{s}` is the entity, `{o}` the thing it stands in relation to, `{x}` something else."""

    target: str
    states: tuple[str, ...]
    phrase: str
    questions: tuple[str, ...]


def _r(target: str, states: str, phrase: str, questions: str) -> Relation:
    return Relation(target, tuple(states.split(" // ")), phrase, tuple(questions.split(" // ")))


KINDS: dict[str, str] = {
    "person": "person x", "town": "town", "company": "company", "ship": "pick ",
    "work": "pick ", "year": "year 1850 2015", "river": "pick ", "school": "pick ",
    "count": "num 1200 800000", "sum": "big", "subject": "list subject", "trade": "list trade",
    "country": "list country",
}  # fmt: skip
RELATIONS: dict[str, tuple[Relation, ...]] = {
    "person": (
        _r("town", "{s} was born in {o}. // Born in {o}, {s} learned several languages as a child. // {s}'s birthplace was {o}.",
           "the town where {s} was born", "Where was {s} born? // What is the birthplace of {s}?"),
        _r("town", "{s} died in {o}. // The last years of {s} were spent in {o}, the place of death.",
           "the town where {s} died", "Where did {s} die? // In which place did {s} die?"),
        _r("company", "{s} founded {o}. // {o} was founded by {s}, who had little money then.",
           "the company that {s} founded", "Which company did {s} found? // What firm did {s} start?"),
        _r("company", "{s} worked as an engineer at {o} for years. // An engineer by training, {s} was employed by {o}.",
           "the company where {s} worked as an engineer", "Where did {s} work as an engineer?"),
        _r("school", "{s} studied at {o}. // At {o}, {s} took a degree with honours.",
           "the school where {s} studied", "Where did {s} study? // Which school did {s} attend?"),
        _r("person", "{s} married {o}. // The marriage of {s} to {o} surprised both families.",
           "the spouse of {s}", "Who married {s}? // To whom was {s} married?"),
        _r("person", "{s} was taught by {o}. // {o} gave {s} the first lessons.",
           "the teacher of {s}", "Who taught {s}? // Who was the teacher of {s}?"),
        _r("work", "{s} wrote {o}. // {o} was written by {s} in one winter.",
           "the book that {s} wrote", "Which book did {s} write? // What is the title of the book by {s}?"),
        _r("year", "{s} retired in {o}. // In {o}, {s} withdrew from all offices.",
           "the year in which {s} retired", "When did {s} retire? // In what year did {s} withdraw from office?"),
        _r("trade", "{s} earned a living as a {o}. // By profession {s} was a {o}.",
           "the profession of {s}", "What was the profession of {s}? // How did {s} earn a living?"),
        _r("country", "{s} was a citizen of {o}. // {s} held a passport of {o}.",
           "the country of which {s} was a citizen", "Of which country was {s} a citizen?"),
    ),
    "town": (
        _r("river", "{s} lies on {o}. // {o} flows through {s}.", "the river on which {s} lies",
           "On which river does {s} lie? // Which river flows through {s}?"),
        _r("person", "The mayor of {s} is {o}. // {o} was elected mayor of {s} by a narrow margin.",
           "the mayor of {s}", "Who is the mayor of {s}? // Who was elected mayor of {s}?"),
        _r("person", "The anthem of {s} was composed by {o}. // {o} composed the anthem of {s}.",
           "the composer of the anthem of {s}", "Who composed the anthem of {s}? // By whom is the anthem of {s}?"),
        _r("person", "The town hall of {s} was designed by {o}. // {o} drew the plans of the town hall of {s}.",
           "the architect of the town hall of {s}", "Who designed the town hall of {s}? // Who was the architect of the town hall of {s}?"),
        _r("count", "{s} has {o} inhabitants. // The population of {s} was {o} at the last census.",
           "the population of {s}", "What is the population of {s}? // How many inhabitants does {s} have?"),
        _r("year", "{s} received its charter in {o}. // A charter was granted to {s} in {o}.",
           "the year in which {s} received its charter", "When did {s} receive its charter? // In what year was {s} chartered?"),
        _r("town", "{s} is twinned with {o}. // The twin town of {s} is {o}.",
           "the twin town of {s}", "With which town is {s} twinned? // What is the twin town of {s}?"),
        _r("company", "The largest employer of {s} is {o}. // Most people of {s} work for {o}.",
           "the largest employer of {s}", "What is the largest employer of {s}? // For whom do most people of {s} work?"),
        _r("country", "{s} is a town in {o}. // In the west of {o} lies the town of {s}.",
           "the country in which {s} lies", "In which country is {s}? // In what country does {s} lie?"),
    ),
    "company": (
        _r("person", "The chief executive of {s} is {o}. // {o} has led {s} as chief executive since the merger.",
           "the chief executive of {s}", "Who is the chief executive of {s}? // Who leads {s}?"),
        _r("town", "{s} has its headquarters in {o}. // The head office of {s} is in {o}.",
           "the town where {s} has its headquarters", "Where does {s} have its headquarters? // In which town is the head office of {s}?"),
        _r("company", "{s} was acquired by {o}. // {o} took over {s} after long talks.",
           "the company that acquired {s}", "Which company acquired {s}? // Who took over {s}?"),
        _r("sum", "{s} reported annual sales of {o}. // Annual sales of {s} reached {o}.",
           "the annual sales of {s}", "What were the annual sales of {s}? // How much did {s} sell in a year?"),
        _r("count", "{s} employs {o} people. // There are {o} people on the payroll of {s}.",
           "the number of people that {s} employs", "How many people does {s} employ? // How many employees does {s} have?"),
        _r("year", "{s} was listed on the stock exchange in {o}. // The shares of {s} have been traded since {o}.",
           "the year in which {s} was listed", "When was {s} listed? // Since what year have shares of {s} been traded?"),
        _r("ship", "{s} owns {o}. // {o}, a cargo ship, belongs to {s}.",
           "the ship owned by {s}", "Which ship does {s} own? // What is the name of the ship that belongs to {s}?"),
    ),
    "ship": (
        _r("town", "{s} was built at {o}. // A yard in {o} built {s}.", "the town where {s} was built",
           "Where was {s} built? // In which town was {s} built?"),
        _r("person", "The captain of {s} was {o}. // {o} commanded {s} on most of her voyages.",
           "the captain of {s}", "Who was the captain of {s}? // Who commanded {s}?"),
        _r("year", "{s} was launched in {o}. // In {o}, {s} first touched water.",
           "the year in which {s} was launched", "When was {s} launched? // In what year was {s} launched?"),
        _r("count", "{s} cost {o} crowns to refit. // {o} crowns were spent on refitting {s}.",
           "the cost of refitting {s}", "How many crowns did the refit of {s} cost?"),
    ),
    "work": (
        _r("year", "{s} was first published in {o}. // The first edition of {s} dates from {o}.",
           "the year in which {s} was published", "When was {s} first published? // From what year is the first edition of {s}?"),
        _r("person", "{s} was translated by {o}. // The translation of {s} is by {o}.",
           "the translator of {s}", "Who translated {s}? // By whom is the translation of {s}?"),
        _r("town", "{s} is set in {o}. // The story of {s} takes place in {o}.",
           "the town in which {s} is set", "Where is {s} set? // In which town does {s} take place?"),
        _r("company", "The film rights of {s} were bought by {o}. // {o} bought the film rights of {s}.",
           "the company that bought the film rights of {s}", "Who bought the film rights of {s}?"),
    ),
    "river": (
        _r("river", "{s} is a tributary of {o}. // {s} flows into {o}.", "the river into which {s} flows",
           "Into which river does {s} flow? // Of which river is {s} a tributary?"),
        _r("count", "{s} is crossed by a bridge that took {o} stones to build. // For the bridge over {s}, {o} stones were cut.",
           "the number of stones in the bridge over {s}", "How many stones were needed for the bridge over {s}?"),
        _r("person", "{s} was first mapped by {o}. // {o} drew the first map of {s}.",
           "the person who first mapped {s}", "Who first mapped {s}? // Who drew the first map of {s}?"),
        _r("country", "{s} rises in {o}. // The source of {s} is in {o}.", "the country in which {s} rises",
           "In which country does {s} rise? // Where is the source of {s}?"),
    ),
    "school": (
        _r("person", "{s} is headed by {o}. // The rector of {s} is {o}.", "the head of {s}",
           "Who heads {s}? // Who is the rector of {s}?"),
        _r("town", "{s} stands in {o}. // The buildings of {s} are in {o}.", "the town where {s} stands",
           "In which town is {s}? // Where does {s} stand?"),
        _r("year", "{s} was opened in {o}. // Lessons at {s} began in {o}.", "the year in which {s} was opened",
           "When was {s} opened? // In what year did lessons at {s} begin?"),
        _r("subject", "{s} is known for its department of {o}. // The best department of {s} is that of {o}.",
           "the subject for which {s} is known", "For which subject is {s} known? // Which department of {s} is the best?"),
    ),
}  # fmt: skip
FILLERS = (
    "The archives hold few other papers on the matter.",
    "Visitors often ask about this, and the local museum keeps a file on it.",
    "Some of the details have been disputed since.",
    "A plaque was put up by the historical society.",
    "Newspapers of the time reported on it at length.",
    "None of this was known to the public before the letters were found.",
    "It has been described in several guidebooks.",
)
TITLES = ("{s}", "{s}", "{s}", "Notes on {s}", "About {s}", "{s}: an overview", "Encyclopaedia")


def name(rng: Random, kind: str, scene: Scene) -> str:
    """A new name (or value) of a kind."""
    fresh = Scene(
        rng, {"v": KINDS[kind], "t": "town", "s": "surname", "a": "list colour", "b": "list thing"}
    )
    if kind == "ship":
        return f"the {fresh.value('a').capitalize()} {fresh.value('b')}"
    if kind == "work":
        return f'"The {rng.choice(("Last ", "Other ", "Silent ", "Lost ", ""))}{fresh.value("b")} of {fresh.value("t")}"'
    if kind == "river":
        return f"the {Scene(rng, {'c': 'coined 2'}).value('c')}"
    if kind == "school":
        return rng.choice(
            (
                f"{fresh.value('s')} College",
                f"the {fresh.value('s')} Institute",
                f"{fresh.value('s')} Academy",
            )
        )
    fresh.currency, fresh.thousands, fresh.million = scene.currency, scene.thousands, scene.million
    return fresh.value("v")


def about(rng: Random, kind: str, entity: str, told: list[tuple[str, str, str]]) -> Passage:
    """A passage on an entity that states the given relations, in any order."""
    sentences = [text for text, _o, _q in told]
    rng.shuffle(sentences)
    for filler in rng.sample(FILLERS, rng.randint(0, 2)):
        sentences.insert(rng.randint(1, len(sentences)), filler)
    title = rng.choice(TITLES).replace("{s}", entity.strip('"'))
    return Passage(title[:1].upper() + title[1:], "", rng.randint(1, 200), " ".join(sentences))


def tell(rng: Random, scene: Scene, relation: Relation, entity: str, value: str) -> str:
    """One sentence that states a relation."""
    text = rng.choice(relation.states).replace("{s}", entity).replace("{o}", value)
    return scene.say(text)


def facts(
    rng: Random, scene: Scene, kind: str, entity: str, wanted: Relation, value: str
) -> list[tuple[str, str, str]]:
    """The wanted relation first, then others of the same entity."""
    others = [each for each in RELATIONS[kind] if each is not wanted]
    told = [(tell(rng, scene, wanted, entity, value), value, "")]
    for each in rng.sample(others, min(len(others), rng.randint(2, 4))):
        other = name(rng, each.target, scene)
        told.append((tell(rng, scene, each, entity, other), other, ""))
    return told


def bridge(rng: Random) -> Bridge | None:
    """One two-hop item."""
    scene = Scene(rng)
    kind = rng.choice(
        (
            "person",
            "person",
            "person",
            "company",
            "company",
            "town",
            "ship",
            "work",
            "river",
            "school",
        )
    )
    start = name(rng, kind, scene)
    first = rng.choice([each for each in RELATIONS[kind] if each.target in RELATIONS])
    middle = name(rng, first.target, scene)
    second = rng.choice(RELATIONS[first.target])
    if second.target == kind and rng.random() < 0.5:
        return None
    answer = name(rng, second.target, scene)
    question = rng.choice(second.questions).replace("{s}", first.phrase.replace("{s}", start))
    question = scene.say(question)
    if middle in question:
        return None
    one = facts(rng, scene, kind, start, first, middle)
    two = facts(rng, scene, first.target, middle, second, answer)
    first_passage, second_passage = (
        about(rng, kind, start, one),
        about(rng, first.target, middle, two),
    )
    if answer in first_passage.text or start in second_passage.text:
        return None
    place = re.search(re.escape(answer), two[0][0])
    if place is None:
        # A value at the head of its sentence is capitalised there: "The Blue Anchor".
        answer = answer[:1].upper() + answer[1:]
        place = re.search(re.escape(answer), two[0][0])
        if place is None:
            return None
    distractors = []
    for at in rng.sample((kind, first.target, first.target, kind), rng.randint(2, 4)):
        other = name(rng, at, scene)
        same = second if at == first.target else first
        if at not in RELATIONS or same not in RELATIONS[at]:
            same = rng.choice(RELATIONS[at])
        told = facts(rng, scene, at, other, same, name(rng, same.target, scene))
        passage = about(rng, at, other, told)
        if answer not in passage.text and middle not in passage.text and start not in passage.text:
            distractors.append(passage)
    found = middle if middle in one[0][0] else middle[:1].upper() + middle[1:]
    return Bridge(
        question, answer, first_passage, one[0][0], found.strip('"'), second_passage,
        sentence_of(two[0][0], place), tuple(distractors),
    )  # fmt: skip
