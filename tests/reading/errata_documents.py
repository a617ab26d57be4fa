"""Invented documents that correct themselves, and some that only look as if they did.

Each is written in pages. `found` is the sentence that a reader would answer from, `wrong` its
answer; `right` is what the document says in the end (the same where nothing corrects it), and
`corrected_by` how the sentence that says so begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from longread.documents import Document, load


@dataclass(frozen=True)
class Errata:
    name: str
    pages: tuple[str, ...]
    question: str
    found: str
    wrong: str
    right: str
    corrected_by: str = ""
    suffix: str = "txt"

    def document(self, folder: Path) -> Document:
        """The document as its reader makes it of a file in `folder`."""
        path = folder / f"{self.name}.{self.suffix}"
        path.write_text("\f".join(self.pages), "utf-8")
        return load(str(path))


CORRECTED = (
    Errata(
        "canal-slip",
        (
            "The Winterbourne Canal Society\n\nThe society was founded by three boatbuilders.",
            "Work parties\n\nIn the spring of the year 412 saplings were planted along the "
            "towpath. Nobody was hurt.",
            "Thanks\n\nWe thank the baker of Hale.\n\nERRATA\n\n"
            "Page 1, line 3: for baker read banker.\n\nPage 2, line 2: for 412 read 421.",
        ),
        "How many saplings were planted along the towpath?",
        "In the spring of the year 412 saplings were planted along the towpath.",
        "412",
        "421",
        "Page 2, line 2",
    ),
    Errata(
        "parish",
        (
            "A parish history\n\nThe parish had 1,402 inhabitants in 1901. Most of them wove.",
            "The church has a tower of flint.",
            "Corrigenda\n\nTwo readers have written to us since the first part went to press. "
            "The tower is of brick under its flint. The number of inhabitants in 1901 was 1,204 "
            "and not 1,402, as stated in the first chapter.",
        ),
        "How many inhabitants did the parish have in 1901?",
        "The parish had 1,402 inhabitants in 1901.",
        "1,402",
        "1,204",
        "The number of inhabitants in 1901 was 1,204",
    ),
    Errata(
        "observatory",
        (
            "# Handbook of the observatory\n\nThe great dome weighs 34 tonnes and turns in four "
            "minutes.\n\nThe library holds 9,100 volumes.\n\n## Errata\n\n"
            "| Page | For | Read |\n|---|---|---|\n| 4 | four minutes | fourteen minutes |\n"
            "| 7 | 9,100 volumes | 9,700 volumes |\n",
        ),
        "How many volumes does the library of the observatory hold?",
        "The library holds 9,100 volumes.",
        "9,100",
        "9,700 volumes",
        "| 7 | 9,100 volumes",
        "md",
    ),
    Errata(
        "toll-guide",
        (
            "Correction slip. Since this guide was printed we have been told of a mistake. The "
            "toll for a cart at Ember Bridge is sixpence, not ninepence as on page 3.\n\n"
            "A guide to the bridges of the county",
            "Ember Bridge has four arches, and the river is deep there.",
            "A cart pays ninepence at Ember Bridge. A rider pays a penny.",
        ),
        "What toll does a cart pay at Ember Bridge?",
        "A cart pays ninepence at Ember Bridge.",
        "ninepence",
        "sixpence",
        "The toll for a cart",
    ),
    Errata(
        "krankenhaus",
        (
            "Jahresbericht des Spitals\n\nDas Spital wurde im Mai eröffnet.",
            "Ausstattung\n\nDas neue Haus verfügt über 187 Betten und drei Säle.",
            "Berichtigung\n\nAuf Seite 2 muss es statt „187 Betten“ richtig „178 Betten“ heißen.",
        ),
        "Über wie viele Betten verfügt das neue Haus?",
        "Das neue Haus verfügt über 187 Betten und drei Säle.",
        "187 Betten",
        "178 Betten",
        "Auf Seite 2",
    ),
    Errata(
        "faerberei",
        (
            "Die Färberei im Jahr 1912\n\nDer Wasserverbrauch der Färberei betrug "
            "4,8 Millionen Liter. Es arbeiteten dort 31 Frauen.",
            "Das Lager brannte im Herbst ab.",
            "Nachträgliche Korrekturen\n\nSeite 1. Der Wasserverbrauch der Färberei ist falsch "
            "angegeben. Er betrug 8,4 Millionen Liter. Die Zahl der Frauen stimmt.",
        ),
        "Wie hoch war der Wasserverbrauch der Färberei?",
        "Der Wasserverbrauch der Färberei betrug 4,8 Millionen Liter.",
        "4,8 Millionen Liter",
        "8,4 Millionen Liter",
        "Er betrug 8,4",
    ),
    Errata(
        "barques",
        (
            "Le port de Saint-Brévin\n\nEn 1911, on recensait 48 barques de pêche au port. "
            "La halle fut bâtie plus tard.",
            "La halle mesure trente mètres.",
            "Errata\n\nLe nombre de barques de pêche recensées en 1911 était de 84, et non de 48 "
            "comme indiqué à la page 1.",
        ),
        "Combien de barques de pêche recensait-on au port en 1911 ?",
        "En 1911, on recensait 48 barques de pêche au port.",
        "48",
        "84",
        "Le nombre de barques",
    ),
    Errata(
        "commune",
        (
            "Monographie communale\n\nLe bourg est ancien.",
            "Au dernier recensement, la commune comptait 2 340 habitants.",
            "Erratum. Page 2, au lieu de « 2 340 habitants », lire « 2 430 habitants ».",
        ),
        "Combien d'habitants la commune comptait-elle ?",
        "Au dernier recensement, la commune comptait 2 340 habitants.",
        "2 340 habitants",
        "2 430 habitants",
        "Page 2, au lieu",
    ),
    Errata(
        "ferrocarril",
        (
            "Historia del ferrocarril\n\nLa estación es de piedra.",
            "La línea de Valdeón se inauguró el 14 de mayo de 1876 con gran fiesta.",
            "Fe de erratas\n\nEn la página 2, donde dice «14 de mayo de 1876» debe decir "
            "«24 de mayo de 1876».",
        ),
        "¿Qué día se inauguró la línea de Valdeón?",
        "La línea de Valdeón se inauguró el 14 de mayo de 1876 con gran fiesta.",
        "14 de mayo de 1876",
        "24 de mayo de 1876",
        "En la página 2",
    ),
    Errata(
        "embalse",
        (
            "Memoria de aguas\n\nEl depósito de La Cuesta tiene una capacidad de 2.300 litros.",
            "Las bombas se compraron en Bilbao.",
            "Correcciones\n\nEl depósito de La Cuesta tiene una capacidad de 3.200 litros y no "
            "de 2.300 litros.",
        ),
        "¿Qué capacidad tiene el depósito de La Cuesta?",
        "El depósito de La Cuesta tiene una capacidad de 2.300 litros.",
        "2.300 litros",
        "3.200 litros",
        "El depósito de La Cuesta tiene una capacidad de 3.200",
    ),
    Errata(
        "chimney",
        (
            "The mill at Harrow End\n\nThe chimney of the mill is 54 metres high. It was built "
            "by masons from the north.",
            "The engine was sold in 1950.",
            "Corrections to the printed text\n\nPage 1. The chimney was measured again in June. "
            "It is 61 metres high.",
        ),
        "How high is the chimney of the mill?",
        "The chimney of the mill is 54 metres high.",
        "54 metres",
        "61 metres",
        "It is 61 metres high.",
    ),
    Errata(
        "lease",
        (
            "Lease of the boathouse\n\n6. Rent. The rent is due in March.\n\n7. Notice. Either "
            "party may end this lease by giving thirty days of notice in writing.",
            "The schedule of paint is annexed.",
            "First amendment\n\nIn clause 7 the words “thirty days” are replaced by "
            "“forty-five days”. All else remains in force.",
        ),
        "How much notice must a party give to end the lease?",
        "Either party may end this lease by giving thirty days of notice in writing.",
        "thirty days",
        "forty-five days",
        "In clause 7",
    ),
    Errata(
        "crates",
        (
            "Annual review\n\nIn 2019 the cooperative sold 84,800 crates of pears.",
            "A new press was bought.",
            "Notes\n\nSales of pears in 2019 have been restated: the cooperative sold 88,400 "
            "crates, previously reported as 84,800.",
        ),
        "How many crates of pears did the cooperative sell in 2019?",
        "In 2019 the cooperative sold 84,800 crates of pears.",
        "84,800",
        "88,400 crates",
        "Sales of pears in 2019",
    ),
    Errata(
        "bell",
        (
            "The bells of Tarn\n\nThe tenor bell was cast by John Hale of Norwich in 1722.",
            "The frame is of oak.",
            "Corrections. Page 1: the tenor bell was cast by Thomas Pike, not by John Hale.",
        ),
        "Who cast the tenor bell?",
        "The tenor bell was cast by John Hale of Norwich in 1722.",
        "John Hale",
        "Thomas Pike",
        "Page 1: the tenor bell",
    ),
    Errata(
        "ferry",
        (
            "Report\n\nThe ferry carried 12,340 passengers in August.",
            "Addendum\n\nThe figure of 12,340 passengers on page 1 was printed in error; the ferry "
            "carried 13,240.",
        ),
        "How many passengers did the ferry carry in August?",
        "The ferry carried 12,340 passengers in August.",
        "12,340",
        "13,240",
        "The figure of 12,340",
    ),
    Errata(
        "matron",
        (
            "Report\n\nMiss Adela Crane was appointed matron in 1904.",
            'Errata\n\np. 1, l. 3: "Adela Crane" should read "Adele Crane".',
        ),
        "Who was appointed matron in 1904?",
        "Miss Adela Crane was appointed matron in 1904.",
        "Adela Crane",
        "Adele Crane",
        "p. 1, l. 3",
    ),
    Errata(
        "bruecke",
        (
            "Bericht\n\nDie Brücke ist 312 Meter lang.",
            "Druckfehlerverzeichnis\n\nS. 1: lies 321 Meter statt 312 Meter.",
        ),
        "Wie lang ist die Brücke?",
        "Die Brücke ist 312 Meter lang.",
        "312 Meter",
        "321 Meter",
        "S. 1: lies 321 Meter",
    ),
    Errata(
        "hall",
        (
            "Report\n\nThe hall seats 850 people.",
            "Notice to readers: the capacity of the hall is misstated on p. 1. It seats 580 "
            "people, not 850.",
        ),
        "How many people does the hall seat?",
        "The hall seats 850 people.",
        "850",
        "580 people",
        "It seats 580 people",
    ),
    Errata(
        "vote",
        (
            "Report\n\nThe vote was taken on 3 March 1921.",
            "Corrigendum. The vote was taken on 8 March 1921, not on 3 March as reported above.",
        ),
        "When was the vote taken?",
        "The vote was taken on 3 March 1921.",
        "3 March 1921",
        "8 March 1921",
        "The vote was taken on 8 March 1921",
    ),
)

UNCHANGED = (
    Errata(
        "proofs",
        (
            "A printer's life\n\nHe corrected 31 proofs in the winter of 1931.",
            "The errors were his own, and he said so. In 1932 he set 29 books instead of 40.",
        ),
        "How many proofs did he correct in the winter of 1931?",
        "He corrected 31 proofs in the winter of 1931.",
        "31",
        "31",
    ),
    Errata(
        "other-year",
        (
            "Planting\n\nIn 2019 the society planted 305 saplings. In 2018 it planted 305 as well.",
            "ERRATA\n\nPage 1: the number of saplings planted in 2018 was 350 and not 305.",
        ),
        "How many saplings did the society plant in 2019?",
        "In 2019 the society planted 305 saplings.",
        "305",
        "305",
    ),
    Errata(
        "other-thing",
        (
            "The lock\n\nThe lock is 70 feet long and 16 feet wide. Its gates are 16 feet high.",
            "Corrections\n\nPage 1. The width of the lock is 14 feet, not 16.",
        ),
        "How high are the gates of the lock?",
        "Its gates are 16 feet high.",
        "16 feet",
        "16 feet",
    ),
    Errata(
        "other-page",
        (
            "Trees\n\nThe society planted 412 saplings along the towpath.",
            "Money\n\nThe raffle brought in 412 crowns for the boat.",
            "ERRATA\n\nPage 2, line 2: for 412 read 421.",
        ),
        "How many saplings did the society plant along the towpath?",
        "The society planted 412 saplings along the towpath.",
        "412",
        "412",
    ),
    Errata(
        "other-lock",
        (
            "Depths\n\nLock 4 has a depth of 9 feet over the sill. Lock 5 has a depth of 9 feet "
            "over the sill.",
            "Errata\n\nThe depth of lock 5 over the sill is 8 feet and not 9 feet.",
        ),
        "What depth does lock 4 have over the sill?",
        "Lock 4 has a depth of 9 feet over the sill.",
        "9 feet",
        "9 feet",
    ),
    Errata(
        "checked",
        (
            "The weir\n\nThe weir was rebuilt in 1888 at a cost of 940 crowns.",
            "Corrections\n\nPage 1. The cost of the weir was questioned by a reader. It has been "
            "checked and is correct.",
        ),
        "What did it cost to rebuild the weir?",
        "The weir was rebuilt in 1888 at a cost of 940 crowns.",
        "940 crowns",
        "940 crowns",
    ),
    Errata(
        "instead",
        (
            "Trains\n\nThe train to Orm runs every 30 minutes in summer.",
            "On Sundays the train to Orm runs hourly instead of every 30 minutes, and the act of "
            "1888 was amended so that dogs may travel.",
        ),
        "How often does the train to Orm run in summer?",
        "The train to Orm runs every 30 minutes in summer.",
        "every 30 minutes",
        "every 30 minutes",
    ),
    Errata(
        "neighbour",
        (
            "Bridges\n\nThe bridge at Corm has 14 arches.",
            "The bridge at Lidd has 12 arches and not 14 like the bridge at Corm.",
        ),
        "How many arches does the bridge at Corm have?",
        "The bridge at Corm has 14 arches.",
        "14",
        "14",
    ),
    Errata(
        "already",
        (
            "Boats\n\nThe club owned 18 boats in 1960.",
            "Errata\n\nThe number of boats that the club owned in 1960 was 16 and not 18.",
        ),
        "How many boats did the club own in 1960?",
        "The number of boats that the club owned in 1960 was 16 and not 18.",
        "16",
        "16",
    ),
    Errata(
        "as-published",
        (
            "Accounts\n\nThe surplus for 1998 was given as 2,650 crowns.",
            "Errata\n\nThe surplus for 1998 was 2,310 crowns and not 2,650 crowns.",
        ),
        "What surplus had been given for 1998 before it was corrected?",
        "The surplus for 1998 was given as 2,650 crowns.",
        "2,650 crowns",
        "2,650 crowns",
    ),
    Errata(
        "prisons",
        (
            "The Department of Corrections\n\nThe department runs 14 prisons in the state.",
            "Corrections\n\nThe department ran 11 prisons in the state when it was founded. Not "
            "all prisons are run by the state; 14 wardens were hired instead of 11.",
        ),
        "How many prisons does the department run in the state?",
        "The department runs 14 prisons in the state.",
        "14",
        "14",
    ),
    Errata(
        "quais",
        (
            "Rapport\n\nLe quai nord mesure 210 mètres. Le quai sud mesure 180 mètres.",
            "Errata\n\nPage 1. Le quai sud mesure 190 mètres et non 180 mètres.",
        ),
        "Combien mesure le quai nord ?",
        "Le quai nord mesure 210 mètres.",
        "210 mètres",
        "210 mètres",
    ),
    Errata(
        "deposits",
        (
            "Contract\n\nThe deposit is 30 days of rent. The notice period is 30 days.",
            "Amendment No. 2. In the clause on deposits, “30 days” is replaced by “45 days”.",
        ),
        "How long is the notice period?",
        "The notice period is 30 days.",
        "30 days",
        "30 days",
    ),
    Errata(
        "haus-anders",
        (
            "Bericht\n\nDas alte Haus verfügt über 187 Betten. Das neue Haus verfügt über "
            "187 Stühle.",
            "Berichtigung\n\nDas neue Haus verfügt nicht über 187, sondern über 178 Stühle.",
        ),
        "Über wie viele Betten verfügt das alte Haus?",
        "Das alte Haus verfügt über 187 Betten.",
        "187 Betten",
        "187 Betten",
    ),
)
