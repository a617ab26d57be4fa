"""Question classification by rules: does it want a list or summary, does it offer a choice?"""

from __future__ import annotations

import re

from longread.reading.relevance.answer_type import expected_type

# Words that ask for an enumeration, a summary or a comparison of the whole, where they open the
# request: "List …", "Please summarise …". Elsewhere they mean little ("How does it compare?").
_TASK = re.compile(
    r"^\W*(please |bitte |veuillez |por favor,? |пожалуйста,? |请)?"
    r"(list|name(?! an?\b)|enumerate|summari[sz]e|compare|give (me )?(an overview|a (list|summary))"
    r"|nennen?( sie)?(?! eine?)|liste|zähle?|fass(e|t)?|vergleiche?|gib einen überblick"
    r"|[eé]num[eéè]r\w+|list(e|ez)|nomme\w*|r[eé]sum\w+|compare[rz]?"
    r"|enumer\w+|lista|nombr\w+|resum\w+|compar\w+"
    r"|перечисли\w*|назов\w+|составь\w* список|(кратко )?(изложи|резюмируй|сравни)\w*"
    r"|列出|列举|概括|总结|比较)",
    re.IGNORECASE,
)
# "What are all (of) the …"; a sum of all repairs is one figure.
_ALL = re.compile(
    r"^\W*(what|which|who) (are|were) all\b|^\W*quel(le)?s sont (tous|toutes)\b"
    r"|^\W*(welche|wer) (sind|waren) alle\b|^\W*(cuáles|quiénes) son tod[ao]s\b",
    re.IGNORECASE,
)
# A question word for several things, up to the verb: each thing it asks for is an answer.
_PLURAL = re.compile(
    r"^\W*(which|what) (?!(is|was|does|has)\b)([\w'’-]+ )?[\w'’-]+[^\Wsui]s "
    r"(are|were|have|do|does) "
    r"|^\W*who (are|were) the [\w'’-]+s\b|^\W*what (are|were) (the|its|their) [\w'’ -]+s\W*$"
    r"|^\W*welche(?!r|s|n|m)\b [\w-]+(e[nr] hat|(en|er|e|n|s) (haben|sind|waren|werden"
    r"|wurden|gibt|gab))\b"
    r"|^\W*wer (gehörte?n?|sind|waren)\b"
    r"|^\W*quel(le)?s [\w-]+s (ont|sont|étaient|furent)\b|^\W*quel(le)?s (sont|étaient) les\b"
    r"|^\W*qui (sont|étaient|siége\w+)\b"
    r"|^\W*qué [\w-]+s (tiene|tienen|hay|son|se)\b|^\W*(quiénes|cuáles) (son|fueron|eran)\b"
    r"|哪些|有谁|^\W*какие\b.*\b(есть|произошли|были|имеются)\b|^\W*кто (входил|были|состоял)",
    re.IGNORECASE,
)


def wants_everything(question: str) -> bool:
    """Whether the question asks for every instance of something, or for a summary of the whole.

    "How many" is left out on purpose: in reports the number is mostly stated in one place
    ("18 of 22 goals"), so it is a lookup, not a count.
    """
    return any(rule.search(question) for rule in (_TASK, _ALL, _PLURAL))


# Words between the things that a question gives to choose from, in the languages of our data.
_CHOICE = re.compile(r"\b(or|oder|ou|o(?!['’])|или|أم|أو)\b|还是|或", re.IGNORECASE)


def offers_a_choice(question: str) -> bool:
    """Whether the answer may stand in the question ("Who is older, Pike or Roach?").

    A time or a figure is seldom given to choose: "For how long could no ship enter or leave?"
    """
    found = _CHOICE.search(question)
    if found is None or expected_type(question) not in ("figure", "time"):
        return found is not None
    return "," in question[: found.start()]


# Words that open a follow-up, and pronouns that stand for what was asked of before.
_FOLLOWS = re.compile(
    r"^\W*(and|but|what about|how about|und|aber|et|mais|y|pero|и|а|那|那么)\b"
    r"|\b(it|its|they|their|them|he|she|his|her|him|that (year|one)|there|this one"
    r"|er|sie|ihr|sein|dort|il|elle|ils|elles|leur|él|ella|ellos|su|он|она|они|его|её|их)\b"
    r"|^\W*(那|它|他|她)",
    re.IGNORECASE,
)
# Questions longer than this say themselves what they are about.
_FOLLOW_UP_WORDS = 12


def may_follow_up(question: str) -> bool:
    """Whether the question may lean on the one before ("And in the year before?")."""
    return len(question.split()) <= _FOLLOW_UP_WORDS and bool(_FOLLOWS.search(question))


# Sentences that tell how to answer, not what is asked: "Answer in USD millions.", "Assume that you
# are an analyst.". What follows a colon or an opening clause of that kind is the question.
_INSTRUCTS = re.compile(
    r"^\W*(please|kindly|answer|respond|reply|give|provide|state|express|report|round|use|rely|base"
    r"|basing|approach|assume|imagine|pretend|consider|limit|keep|(we|i) (need|want|have) to"
    r"|you are|your (answer|task|response)|do not|don['’]t|be (brief|concise|precise))\b",
    re.IGNORECASE,
)
_QUESTION_WORD = (
    r"(?:what|which|who|whose|whom|when|where|why|how|is|are|was|were|do|does|did|has|have)\b"
)
_LEAD_IN = re.compile(
    rf"^[^?]*\b(?:question|answer)\b[^?:]*:\s*(?={_QUESTION_WORD})"
    rf"|^\W*(?:basing your|(?:by )?(?:using|relying on) (?:only |nothing but )?the)\b"
    rf"[^?:]*[:,]\s*(?={_QUESTION_WORD})",
    re.IGNORECASE,
)


def without_instructions(question: str) -> str:
    """The question without sentences, and opening clauses, that say how it is to be answered. Other
    sentences stay: they tell what it is about, or define its terms."""
    sentences = re.split(r"(?<=[.?!])\s+(?=\S)", question.strip())
    asking = [each for each in sentences if "?" in each]
    if len(asking) != 1:
        return question
    told = [each for each in sentences if "?" in each or not _INSTRUCTS.match(each)]
    bare = " ".join(_LEAD_IN.sub("", each) for each in told)
    return bare[:1].upper() + bare[1:] if bare != question.strip() else question
