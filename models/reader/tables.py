"""Tables as longread renders those of a PDF: cells joined by " | ", a row a line.

Questions ask for one cell by its row and column; without an answer are those for a row or
a column that the table lacks, and for a cell that holds a dash.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from generated import Asked, Draft
from grammar import MONTHS, Scene

SLOTS = {
    "co": "company", "other": "company", "town": "town", "town2": "town", "person": "person",
    "y": "year 2006 2024", "model": "model", "coined": "coined 3",
}  # fmt: skip


@dataclass
class Table:
    """Rows of cells under column names, and the wordings that ask for a cell.

    `ask` holds {row}, {col} and the slots of the scene. `groups` heads runs of rows.
    """

    title: str
    section: str
    caption: list[str]
    corner: str
    columns: list[str]
    rows: list[tuple[str, list[str]]]
    ask: list[str]
    absent_rows: list[str] = field(default_factory=list)
    absent_columns: list[str] = field(default_factory=list)
    groups: dict[int, str] = field(default_factory=dict)
    # Which column a cell stands in by its words: rows asked for by their cell.
    by_cell: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def table(rng: Random) -> Draft:
    """A table of one of the kinds below, with its questions."""
    kind: Callable[[Random, Scene], Table] = rng.choice(
        (statement, statement, balance, segments, quarters, prices, timetable, results, staff,
         census, measurements, league, measures, debt, specifications, tenders)
    )  # fmt: skip
    scene = Scene(rng, SLOTS)
    return drafted(rng, scene, kind(rng, scene))


def drafted(rng: Random, scene: Scene, made: Table) -> Draft:
    """The text of a table and every question that can be put to it."""
    header = " | ".join([*([made.corner] if made.corner else []), *made.columns])
    blocks = [*made.caption, header]
    draft = Draft(scene.say(made.title), scene.say(made.section), blocks, joiner="\n")
    group = ""

    def asked(row: str, column: str) -> str:
        name = f"{row} ({group})" if group else row
        if group and rng.random() < 0.6:
            name = f"{group} {row[:1].lower()}{row[1:]}" if len(group) < 30 else name
        wording = rng.choice(made.ask).replace("{row}", name).replace("{col}", column)
        return tidy(scene.say(wording))

    for number, (row, cells) in enumerate(made.rows):
        if number in made.groups:
            group = made.groups[number]
            blocks.append(group)
        line = " | ".join([row, *cells])
        blocks.append(line)
        for column, cell in zip(made.columns, cells, strict=True):
            if cell in ("—", "-", "n/a", ""):
                draft.unanswerable.append(asked(row, column))
            elif cell != row:
                draft.answerable.append(Asked(asked(row, column), cell, line))
        for column in made.absent_columns:
            draft.unanswerable.append(asked(row, column))
    unique = {row: cells for row, cells in made.rows}
    if made.by_cell and not made.groups:
        for row, cells in unique.items():
            column = rng.randrange(len(cells))
            same = [each for each in made.rows if each[1][column] == cells[column]]
            if len(same) == 1 and cells[column] not in ("—", "-", "n/a", row):
                wording = rng.choice(made.by_cell).replace("{col}", made.columns[column])
                question = tidy(scene.say(wording.replace("{cell}", cells[column])))
                draft.answerable.append(Asked(question, row, " | ".join([row, *cells])))
    group = ""
    for row in made.absent_rows:
        draft.unanswerable.append(asked(row, rng.choice(made.columns)))
    blocks += rng.sample(made.notes, rng.randint(0, len(made.notes)))
    rng.shuffle(draft.unanswerable)
    draft.answerable = _one_a_row(rng, draft.answerable)
    return draft


def tidy(question: str) -> str:
    """No article twice, no colon of a row's name."""
    return question.replace(":", "").replace("the the ", "the ").replace("the The ", "the ")


def _one_a_row(rng: Random, asked: list[Asked]) -> list[Asked]:
    rng.shuffle(asked)
    rows: dict[str, int] = {}
    kept = []
    for each in asked:
        rows[each.sentence] = rows.get(each.sentence, 0) + 1
        if rows[each.sentence] <= 2:
            kept.append(each)
    return kept


def years(rng: Random, count: int, newest_first: bool | None = None) -> list[int]:
    """Neighbouring years, as the columns of statements have them."""
    last = rng.randint(2006, 2024)
    made = [last - back for back in range(count)]
    back = rng.random() < 0.7 if newest_first is None else newest_first
    return made if back else made[::-1]


def figures(
    rng: Random, scene: Scene, count: int, size: float, negative: bool = False
) -> list[str]:
    """Figures of one row, near each other; negative ones in brackets."""
    base = size * 10 ** rng.uniform(-0.5, 0.5)
    made: list[str] = []
    while len(made) < count:
        value = max(1, round(base * rng.uniform(0.7, 1.35)))
        text = scene.grouped(value)
        text = f"({text})" if negative and rng.random() < 0.8 else text
        if text not in made:
            made.append(text)
    return made


UNITS = ("(In millions)", "(Millions)", "(in thousands)", "($ in millions)", "In millions of euros",
         "(Dollars in millions, except per share amounts)", "(£000)", "")  # fmt: skip
MONEY_ASK = [
    "What was {row} in {col}?",
    "What was {co}'s {row} for {col}?",
    "How much was the company's {row} in {col}?",
    "{row} {col}",
    "Give the figure for {row} in {col}.",
    "What amount does the statement show for {row} in fiscal {col}?",
    "{co.brand} {row} FY {col}?",
    "State {row} for {col}, as in the table.",
]
INCOME = (
    "Product revenue", "Service revenue", "Total revenue", "Cost of product revenue", "Cost of sales",
    "Gross profit", "Research and development", "Selling, general and administrative", "Advertising expense",
    "Amortization of intangibles", "Restructuring charges", "Operating income", "Interest expense",
    "Interest income", "Other expense, net", "Income before income taxes", "Provision for income taxes",
    "Net income", "Net income attributable to noncontrolling interests", "Depreciation and amortization",
    "Stock-based compensation", "Deferred income taxes", "Purchases of property, plant and equipment",
    "Proceeds from sale of businesses", "Repayment of debt", "Dividends paid", "Purchases of treasury stock",
    "Changes in inventories", "Changes in accounts receivable", "Net cash provided by operating activities",
    "Net cash used in investing activities", "Effect of exchange rate changes on cash", "Free cash flow",
    "Impairment of goodwill", "Pension contributions", "Franchise fees", "Royalty income", "Rental income",
)  # fmt: skip
BALANCE = (
    "Cash and cash equivalents", "Short-term investments", "Accounts receivable, net", "Inventories",
    "Prepaid expenses", "Total current assets", "Property, plant and equipment, net", "Goodwill",
    "Intangible assets, net", "Deferred tax assets", "Operating lease right-of-use assets", "Other assets",
    "Total assets", "Short-term borrowings", "Accounts payable", "Accrued payroll", "Accrued income taxes",
    "Deferred revenue", "Total current liabilities", "Long-term debt", "Pension liabilities",
    "Other liabilities", "Total liabilities", "Common stock", "Additional paid-in capital",
    "Retained earnings", "Treasury stock", "Accumulated other comprehensive loss", "Total equity",
    "Loans to customers", "Deposits", "Assets held for sale", "Marketable securities", "Raw materials",
)  # fmt: skip
_NEGATIVE = (
    "Repayment",
    "Purchases",
    "Changes",
    "Dividends",
    "used in",
    "Treasury",
    "loss",
    "Effect",
)


def _money_rows(
    rng: Random, scene: Scene, names: list[str], count: int
) -> list[tuple[str, list[str]]]:
    rows = []
    for number, name in enumerate(names):
        cells = figures(
            rng, scene, count, rng.choice((300, 900, 4000)), any(n in name for n in _NEGATIVE)
        )
        if number == 0 or "Net income" in name or "Total" in name:
            mark = rng.choice(("$", "$", ""))
            cells = [mark + cell for cell in cells]
        if rng.random() < 0.12:
            cells[rng.randrange(count)] = "—"
        rows.append((name, cells))
    return rows


def statement(rng: Random, scene: Scene) -> Table:
    """Lines of an income or cash flow statement over two to four years."""
    return _statement(
        rng, scene, INCOME, "Consolidated statements of [income|operations|cash flows|earnings]"
    )


def balance(rng: Random, scene: Scene) -> Table:
    """Lines of a balance sheet at two year ends."""
    return _statement(
        rng, scene, BALANCE, "Consolidated [balance sheets|statement of financial position]"
    )


def _statement(rng: Random, scene: Scene, names: tuple[str, ...], heading: str) -> Table:
    count = rng.choice((2, 2, 3, 3, 4))
    columns = years(rng, count)
    chosen = rng.sample(names, rng.randint(7, 14))
    shown, absent = chosen[3:], chosen[:3]
    shown.sort(key=names.index)
    groups = {}
    if rng.random() < 0.3 and len(shown) > 5:
        groups = {}
    name = scene.value("co")
    year = max(columns)
    return Table(
        title=f"[{name} {year}|{name.split()[0].upper()}_{year}_10K|{name} annual report {year}]",
        section=f"[{heading}|Item 8. Financial statements|Selected financial data]",
        caption=_caption(rng, scene, [heading, f"{name} and subsidiaries"]),
        corner=rng.choice((*UNITS, "Year ended December 31,", "Years ended June 30")),
        columns=[str(each) for each in columns],
        rows=_money_rows(rng, scene, shown, count),
        ask=MONEY_ASK,
        absent_rows=absent,
        absent_columns=[str(min(columns) - rng.randint(1, 3)), str(max(columns) + 1)],
        groups=groups,
        notes=["See accompanying notes.", "The accompanying notes are part of these statements.",
               "Amounts may not add up because of rounding.",
               "Prior-year figures have been reclassified to conform to the current presentation."],
    )  # fmt: skip


def _caption(rng: Random, scene: Scene, lines: list[str]) -> list[str]:
    return [scene.say(line) for line in lines if rng.random() < 0.7]


def segments(rng: Random, scene: Scene) -> Table:
    """The same lines under several headings: the question must tell the headings apart."""
    heads = rng.sample(
        ["North America", "Europe", "Asia Pacific", "Latin America", "Consumer", "Industrial", "Health Care",
         "Beverages", "Snacks", "Commercial", "Residential", "Cloud", "Devices", "Wholesale", "Direct to Consumer"],
        rng.randint(3, 4),
    )  # fmt: skip
    lines = rng.sample(
        ["Net sales", "Operating income", "Depreciation", "Capital expenditures", "Total assets", "Employees",
         "Gross margin", "Volume (thousand tons)", "Stores at year end"],
        rng.randint(2, 3),
    )  # fmt: skip
    columns = years(rng, rng.choice((2, 2, 3)))
    rows, groups = [], {}
    for head in heads[:-1] if len(heads) > 3 else heads:
        groups[len(rows)] = head
        for line in lines:
            rows.append((line, figures(rng, scene, len(columns), rng.choice((200, 1500, 6000)))))
    absent = (
        [f"{heads[-1]} {lines[0].lower()}"] if len(heads) > 3 else [f"Corporate {lines[0].lower()}"]
    )
    return Table(
        title="[{co} {y}|{co} annual report|{co.upper}_{y}_10K]",
        section="[Segment information|Note 5. Segments|Business segments]",
        caption=_caption(rng, scene, ["Segment results", "[The table shows results by segment.|By segment]"]),
        corner=rng.choice(UNITS),
        columns=[str(each) for each in columns],
        rows=rows,
        ask=["What was {row} in {col}?", "{row}, {col}", "How much was {row} in {col}?",
             "What did {co} report as {row} for {col}?", "Find {row} for {col}."],
        absent_rows=absent,
        absent_columns=[str(min(columns) - 2)],
        groups=groups,
        notes=["Intersegment sales have been eliminated.", "Segment assets exclude cash."],
    )  # fmt: skip


def quarters(rng: Random, scene: Scene) -> Table:
    """Quarterly figures."""
    columns = rng.choice((["Q1", "Q2", "Q3", "Q4"], ["First quarter", "Second quarter", "Third quarter", "Fourth quarter"],
                          ["March 31", "June 30", "September 30", "December 31"]))  # fmt: skip
    columns = columns[: rng.randint(3, 4)]
    names = rng.sample(["Revenue", "Gross profit", "Net income", "Orders received", "Units shipped", "New subscribers",
                        "Free cash flow", "Churned accounts", "Passengers carried", "Tonnes handled", "Average price",
                        "Ship calls", "Containers", "Nights sold"], rng.randint(5, 9))  # fmt: skip
    return Table(
        title="[{co} quarterly report {y}|{co} {y}|Quarterly figures {y}]",
        section="[Quarterly financial data|Unaudited quarterly results|Key figures by quarter]",
        caption=_caption(rng, scene, ["Quarterly [results|figures], {y} (unaudited)"]) or [scene.say("{y}")],
        corner=rng.choice(UNITS),
        columns=columns,
        rows=[(name, figures(rng, scene, len(columns), rng.choice((80, 600, 5000)))) for name in names[2:]],
        ask=["What was {row} in {col}?" if columns[0] == "Q1" else "What was {row} for the column {col}?",
             "{row} {col}", "How much or how many: {row}, {col}?", "Give {row} for {col}."],
        absent_rows=names[:2],
        notes=["The quarters do not include the business sold in the spring.", "Unaudited."],
    )  # fmt: skip


def prices(rng: Random, scene: Scene) -> Table:
    """A list of prices or dues."""
    kinds = rng.choice((
        ("Entrance", ["Adult", "Child", "Student", "Senior", "Family", "School group, each", "Guided tour", "Audio guide",
                      "Locker", "Evening ticket", "Season ticket", "Photography permit"], ["Weekday", "Weekend"]),
        ("Harbour dues", ["Yacht to 8 m", "Yacht to 12 m", "Fishing boat", "Coaster", "Tanker", "Cruise ship", "Ferry",
                          "Barge", "Tug", "Dinghy"], ["Day", "Week", "Season"]),
        ("Menu", ["Onion soup", "Smoked trout", "Lamb pie", "Beetroot salad", "Mushroom dumplings", "Plum cake",
                  "Cheese plate", "Lentil stew", "Roast duck", "Rice pudding", "Cider"], ["Small", "Large"]),
        ("Workshop", ["Oil change", "Brake pads, front", "Wheel alignment", "Battery", "Annual inspection", "Wiper blades",
                      "Timing belt", "Coolant", "Headlamp bulb", "Tyre, each"], ["Parts", "Labour"]),
        ("Rates", ["Single room", "Double room", "Suite", "Extra bed", "Breakfast", "Dog", "Parking", "Sauna", "Late checkout",
                   "Cot"], ["Low season", "High season"]),
    ))  # fmt: skip
    heading, items, columns = kinds
    chosen = rng.sample(items, rng.randint(8, 10))
    rows = [(item, _prices(rng, scene, len(columns))) for item in chosen[2:]]
    if rng.random() < 0.4:
        row = rng.choice(rows)
        row[1][rng.randrange(len(columns))] = "—"
    return Table(
        title="[{town} price list {y}|" + heading + " {y}|Information for visitors]",
        section="[Prices|Charges|Tariff|]",
        caption=[scene.say(f"{heading}, [valid from|from|as of] " + rng.choice(MONTHS) + " {y}")],
        corner=rng.choice(("", "Item", "Service")),
        columns=list(columns),
        rows=rows,
        ask=["What does {row} cost: {col}?", "How much is {row}, {col}?", "{row} price {col}", "What is the price of {row} ({col})?",
             "What would I pay for {row} ({col})?"],
        absent_rows=chosen[:2],
        by_cell=["Which item costs {cell} ({col})?", "What is charged at {cell} in the column {col}?"],
        notes=["All prices include value added tax.", "Cards are accepted from ten upwards.",
               "Groups should book a week ahead.", "Reductions only with a valid card."],
    )  # fmt: skip


def _prices(rng: Random, scene: Scene, count: int) -> list[str]:
    made: list[str] = []
    while len(made) < count:
        text = f"{scene.currency}{rng.uniform(2, 180):.2f}"
        if text not in made:
            made.append(text)
    return made


def timetable(rng: Random, scene: Scene) -> Table:
    """Departures of a line by stop."""
    stops = [Scene(rng, {"t": "town"}).value("t") for _ in range(rng.randint(7, 9))]
    stops = list(dict.fromkeys(stops))
    trips = rng.sample(range(1, 400), rng.randint(2, 4))
    kind = rng.choice(("Train", "Bus", "Boat", "Ferry"))
    rows = []
    starts = sorted(rng.sample(range(5 * 60, 20 * 60, 7), len(trips)))
    gap = 0
    for stop in stops[2:]:
        cells = [f"{(start + gap) // 60:02}:{(start + gap) % 60:02}" for start in starts]
        if rng.random() < 0.2:
            cells[rng.randrange(len(cells))] = "—"
        rows.append((stop, cells))
        gap += rng.randint(4, 38)
    word = kind.lower()
    return Table(
        title=f"[Timetable {{y}}|{kind} timetable|Line {rng.randint(1, 90)}, {{town}}]",
        section="[Weekdays|Saturdays and Sundays|Summer timetable|Line map and times]",
        caption=[scene.say(f"{kind} times, [Monday to Friday|daily|Sundays and holidays|1 May to 30 September]")],
        corner=rng.choice(("", "Stop", "Station")),
        columns=[f"{kind} {number}" for number in trips],
        rows=rows,
        ask=["When does {col} leave {row}?", "At what time does {col} call at {row}?", "{col} {row} time",
             f"I want to take the {word} called {{col}} from {{row}}; when does it go?"],
        absent_rows=stops[:2],
        absent_columns=[f"{kind} {rng.randint(401, 499)}"],
        by_cell=["Which stop is served at {cell} by {col}?", "Where is {col} at {cell}?"],
        notes=["A dash means that the stop is not served.", "Bicycles are carried if there is room.",
               "No service on public holidays.", "Please be at the stop five minutes early."],
    )  # fmt: skip


def results(rng: Random, scene: Scene) -> Table:
    """Results of treatments in a trial or an experiment."""
    kinds = rng.sample(["Headache", "Nausea", "Dizziness", "Rash", "Fatigue", "Fever", "Cough", "Insomnia", "Back pain",
                        "Dry mouth", "Loss of appetite"], rng.randint(8, 10))  # fmt: skip
    drug = scene.value("coined").lower()
    columns = [
        f"{drug} {rng.randint(1, 9) * 5} mg",
        f"{drug} {rng.randint(10, 20) * 5} mg",
        "Placebo",
    ][rng.randint(0, 1) :]
    rows = []
    for kind in kinds[2:]:
        share = rng.sample(range(2, 250), len(columns))
        rows.append((kind, [f"{each / 10:.1f}%" for each in share]))
    return Table(
        title=f"[Clinical study report {drug.upper()}-{rng.randint(100, 999)}|{drug.capitalize()}: summary of product characteristics]",
        section="[Adverse events|Safety|Table 4]",
        caption=[f"Share of patients with adverse events ({drug} study, week {rng.randint(8, 52)})"],
        corner=rng.choice(("Adverse event", "", "Event")),
        columns=columns,
        rows=rows,
        ask=["What share of patients had {row} with {col}?", "What was the rate of {row} under {col}?", "{row}, {col}, percent",
             "What percentage of the {col} group reported {row}?"],
        absent_rows=kinds[:2],
        by_cell=["Which adverse event occurred in {cell} of patients on {col}?"],
        notes=["Events are counted once a patient.", "Percentages refer to patients who received at least one dose."],
    )  # fmt: skip


def staff(rng: Random, scene: Scene) -> Table:
    """People with role, age and room or since when."""
    jobs = rng.sample(["Director", "Treasurer", "Head of sales", "Chief engineer", "Legal counsel", "Head of research",
                       "Office manager", "Archivist", "Head gardener", "Press officer", "Chief pilot", "Purchasing"], 8)  # fmt: skip
    rows = []
    for job in jobs[2:]:
        rows.append((job, [Scene(rng, {"p": "person x"}).value("p"), str(rng.randint(1988, 2023)),
                           f"{rng.choice('ABCD')}{rng.randint(101, 499)}"]))  # fmt: skip
    columns = ["Name", "In office since", "Room"]
    ask = [
        "{row}: {col}",
        "Please give me this for the post of {row}: {col}",
        "What does the list say under {col} for {row}?",
    ]
    return Table(
        title="[{co} directory|Who is who {y}|{co}]",
        section="[Contacts|Officers|Organisation]",
        caption=_caption(rng, scene, ["Officers of {co}, {y}"]),
        corner="Post",
        columns=columns,
        rows=rows,
        ask=ask,
        absent_rows=jobs[:2],
        absent_columns=["Telephone", "Salary", "Date of birth"],
        by_cell=["Which post has the entry {cell} under {col}?", "{col} is {cell}: which post?"],
        notes=["Changes should be reported to the office.", "Deputies are listed in the annex."],
    )  # fmt: skip


def census(rng: Random, scene: Scene) -> Table:
    """Population and area of places."""
    places = list(dict.fromkeys(Scene(rng, {"t": "town"}).value("t") for _ in range(9)))
    first = rng.randrange(1900, 2000, 10)
    columns = [str(first), str(first + 20), "Area (km²)"]
    rows = [
        (place, [*figures(rng, scene, 2, 9000), f"{rng.uniform(2, 220):.1f}"])
        for place in places[2:]
    ]
    return Table(
        title="[Census of the province|Statistical yearbook {y}|{town} district]",
        section="[Population|Municipalities|Table 2]",
        caption=_caption(rng, scene, ["Population of the municipalities"]),
        corner=rng.choice(("Municipality", "Place", "")),
        columns=columns,
        rows=rows,
        ask=["What does the table give for {row} under {col}?", "{row} {col}", "What is the entry for {row}, {col}?",
             "Number for the municipality of {row}: {col}"],
        absent_rows=places[:2],
        absent_columns=[str(first + 40), str(first - 20)],
        by_cell=["Which municipality has {cell} under {col}?"],
        notes=["Boundaries as of the last census.", "Islands without residents are not counted."],
    )  # fmt: skip


def measurements(rng: Random, scene: Scene) -> Table:
    """Measurements of samples."""
    samples = [f"{rng.choice('ABCKLMX')}-{number}" for number in rng.sample(range(1, 99), 8)]
    names = rng.sample([("pH", 4, 9, 1), ("Mass (g)", 1, 90, 2), ("Density (g/cm³)", 1, 9, 2), ("Temperature (°C)", 12, 90, 1),
                        ("Nitrate (mg/l)", 1, 60, 1), ("Yield (%)", 12, 99, 1), ("Lead (µg/l)", 1, 40, 1),
                        ("Length (mm)", 10, 300, 0), ("Moisture (%)", 3, 40, 1)], 4)  # fmt: skip
    used = names[:3]
    rows = [
        (sample, [f"{rng.uniform(low, high):.{places}f}" for _n, low, high, places in used])
        for sample in samples[2:]
    ]
    if rng.random() < 0.4:
        rows[rng.randrange(len(rows))][1][rng.randrange(3)] = "n/a"
    return Table(
        title="[Laboratory report {model}|Water survey {y}|Field book {town}]",
        section="[Results|Samples|Table 1]",
        caption=_caption(rng, scene, ["Samples taken at {town}", "Analysed by {person}"]),
        corner="Sample",
        columns=[name for name, *_ in used],
        rows=rows,
        ask=["What was the {col} of sample {row}?", "Sample {row}: {col}?", "{col} {row}", "Read off the {col} for sample {row}."],
        absent_rows=samples[:2],
        absent_columns=[names[3][0]],
        by_cell=["Which sample had {col} {cell}?", "For which sample was a value of {cell} measured ({col})?"],
        notes=["Single determinations.", "n/a: not analysed.", "Samples were kept at 4 °C."],
    )  # fmt: skip


def league(rng: Random, scene: Scene) -> Table:
    """A league table."""
    teams = [
        f"{Scene(rng, {'t': 'town'}).value('t')} {rng.choice(('Rovers', 'City', 'United', 'Athletic', 'Town'))}"
        for _ in range(8)
    ]
    columns = ["Played", "Won", "Goals", "Points"]
    points = sorted(rng.sample(range(12, 80), 6), reverse=True)
    rows = []
    for team, point in zip(teams[2:], points, strict=True):
        rows.append(
            (
                team,
                ["34", str(point // 3), f"{rng.randint(20, 80)}:{rng.randint(20, 80)}", str(point)],
            )
        )
    return Table(
        title="[League tables {y}|Sports almanac|{town} and District League]",
        section="[Final table|Division {y}|Tables]",
        caption=_caption(rng, scene, ["Final table, season {y}"]),
        corner="Team",
        columns=columns,
        rows=rows,
        ask=["{row}: {col}?", "What stands under {col} for {row}?", "How many: {col}, {row}?", "{row} {col}"],
        absent_rows=teams[:2],
        absent_columns=["Attendance", "Red cards"],
        by_cell=["Which team has {cell} under {col}?"],
        notes=["Two points were deducted for a late start.", "The last two teams are relegated."],
    )  # fmt: skip


COUNTED = ("Average wait in days", "Schools connected", "Sites cleaned up", "Records digitised",
           "Trained inspectors in post", "Patents pending over a year")  # fmt: skip


def measures(rng: Random, scene: Scene) -> Table:
    """Targets and results of an agency's measures."""
    names = rng.sample(["Claims decided within 90 days", "Calls answered in two minutes", "Inspections closed on time",
                        "Grants paid within a month", "Records digitised", "Complaints resolved", "Patents pending over a year",
                        "Vehicles older than ten years", "Electronic filings", "Sites cleaned up", "Trained inspectors in post",
                        "Average wait in days", "Customer satisfaction score", "Schools connected"], 9)  # fmt: skip
    first = rng.randint(2008, 2022)
    columns = [f"FY {first} actual", f"FY {first + 1} target", f"FY {first + 1} actual"]
    rows = []
    for name in names[2:]:
        if name not in COUNTED:
            cells = [f"{each / 10:.1f}%" for each in rng.sample(range(400, 999), 3)]
        else:
            cells = figures(rng, scene, 3, 4000)
        if rng.random() < 0.15:
            cells[rng.randrange(3)] = "n/a"
        rows.append((name, cells))
    return Table(
        title=f"[{first + 1} annual performance report|DOC{first + 1}|Annual performance plan]",
        section="[Performance measures|Goal 2|Targets and results]",
        caption=_caption(rng, scene, ["Measures, targets and results"]),
        corner=rng.choice(("Measure", "Performance measure", "")),
        columns=columns,
        rows=rows,
        ask=["What was the {col} for {row}?", "{row} {col}", "For the measure {row}, what was the {col}?",
             "Tell me the {col} of the measure \"{row}\"."],
        absent_rows=names[:2],
        absent_columns=[f"FY {first + 3} target", f"FY {first - 2} actual"],
        by_cell=["Which measure shows {cell} as {col}?"],
        notes=["n/a: measure introduced later.", "Results are final unless marked.", "Targets were set in the spring."],
    )  # fmt: skip


def debt(rng: Random, scene: Scene) -> Table:
    """Contractual obligations by the year in which they fall due."""
    first = rng.randint(2008, 2024)
    columns = ["Total", *[str(first + i) for i in range(1, rng.randint(3, 5))], "Thereafter"]
    names = rng.sample(["Long-term debt", "Interest on long-term debt", "Operating leases", "Finance leases", "Purchase obligations",
                        "Pension funding", "Transition tax", "Guarantees", "Licence fees", "Construction commitments"], 7)  # fmt: skip
    rows = []
    for name in names[2:]:
        parts = [rng.randint(4, 1900) for _ in columns[1:]]
        cells = [scene.grouped(sum(parts)), *[scene.grouped(part) for part in parts]]
        if rng.random() < 0.3:
            cells[rng.randint(1, len(cells) - 1)] = "—"
        rows.append((name, cells))
    return Table(
        title=f"[{{co}} {first}|{{co.upper}}_{first}_10K]",
        section="[Contractual obligations|Liquidity and capital resources|Maturities]",
        caption=_caption(rng, scene, ["Contractual obligations and commitments", "Payments due by year"]),
        corner=rng.choice(UNITS),
        columns=columns,
        rows=rows,
        ask=["What payments for {row} fall due under {col}?", "{row} {col}", "How much of {row} is shown in the column {col}?",
             "{co.brand}'s obligations: {row}, {col}?"],
        absent_rows=names[:2],
        absent_columns=[str(first - 1), str(first + 7)],
        notes=["Interest is estimated with rates at year end.", "Other long-term liabilities are not included."],
    )  # fmt: skip


def specifications(rng: Random, scene: Scene) -> Table:
    """Technical data of models side by side."""
    models = [Scene(rng, {"m": "model"}).value("m") for _ in range(rng.randint(2, 3))]
    models = list(dict.fromkeys(models))
    kinds = [("Power", 200, 3000, " W"), ("Weight", 2, 90, " kg"), ("Noise", 32, 79, " dB"), ("Width", 20, 120, " cm"),
             ("Tank", 1, 30, " l"), ("Cable length", 1, 12, " m"), ("Warranty", 12, 84, " months"), ("Voltage", 110, 400, " V"),
             ("Maximum load", 5, 900, " kg"), ("Running time", 20, 480, " min"), ("Memory", 2, 64, " GB"), ("Range", 10, 700, " km")]  # fmt: skip
    chosen = rng.sample(kinds, 10)
    rows = []
    for name, low, high, unit in chosen[2:]:
        values = (
            rng.sample(range(low, high), len(models))
            if high - low > len(models)
            else [low] * len(models)
        )
        rows.append((name, [f"{value}{unit}" for value in values]))
    return Table(
        title="[Technical data|Operating manual {coined}|{coined} product sheet]",
        section="[Specifications|Technical data|Annex A]",
        caption=_caption(rng, scene, ["Technical data of the {coined} series"]),
        corner=rng.choice(("", "Model")),
        columns=models,
        rows=rows,
        ask=["What is the {row} of the {col}?", "{col} {row}", "How much {row} does the {col} have?", "State the {row} of model {col}."],
        absent_rows=[name for name, *_ in chosen[:2]],
        absent_columns=[f"{models[0]}X", f"{rng.choice('GHJ')}{rng.randint(1000, 3000)}"],
        notes=["Subject to change without notice.", "Measured at 20 °C."],
    )  # fmt: skip


def tenders(rng: Random, scene: Scene) -> Table:
    """Bids for public works or contracts in force."""
    firms = [Scene(rng, {"c": "company"}).value("c") for _ in range(7)]
    firms = list(dict.fromkeys(firms))
    works = rng.sample(["Bridge repair", "Street lighting", "Snow clearing", "School roof", "Harbour dredging", "Bus shelters",
                        "Sewer relining", "Library shelves", "Town hall lift", "Playground", "Tree planting", "Water meters"], 7)  # fmt: skip
    rows = [(work, [firm, f"{scene.currency}{scene.grouped(rng.randint(11, 999) * 1000)}", f"{rng.choice(MONTHS)} {rng.randint(2012, 2026)}"])
            for work, firm in zip(works[2:], firms[2:], strict=False)]  # fmt: skip
    return Table(
        title="[Procurement report {y}|{town} council, contracts|Register of contracts]",
        section="[Contracts in force|Awards|Annex 3]",
        caption=_caption(rng, scene, ["Contracts awarded by the council of {town}"]),
        corner="Works",
        columns=["Contractor", "Value", "Completion"],
        rows=rows,
        ask=["{row}: {col}", "What is entered as {col} for the contract \"{row}\"?", "{col} of the {row} contract?"],
        absent_rows=works[:2],
        absent_columns=["Penalty", "Number of bids"],
        by_cell=["Which contract has {cell} as its {col}?", "{cell} is the {col} of which works?"],
        notes=["Values are without tax.", "Awards below the threshold are not listed."],
    )  # fmt: skip
