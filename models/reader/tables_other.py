"""Tables of everyday documents: prices, times, samples, places, people."""

from __future__ import annotations

from random import Random

from grammar import MONTHS, Scene
from tables import Table, caption_of, figures


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
               "Groups should book a week lookahead.", "Reductions only with a valid card."],
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
        caption=caption_of(rng, scene, ["Officers of {co}, {y}"]),
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
        caption=caption_of(rng, scene, ["Population of the municipalities"]),
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
        caption=caption_of(rng, scene, ["Samples taken at {town}", "Analysed by {person}"]),
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
        caption=caption_of(rng, scene, ["Final table, season {y}"]),
        corner="Team",
        columns=columns,
        rows=rows,
        ask=["{row}: {col}?", "What stands under {col} for {row}?", "How many: {col}, {row}?", "{row} {col}"],
        absent_rows=teams[:2],
        absent_columns=["Attendance", "Red cards"],
        by_cell=["Which team has {cell} under {col}?"],
        notes=["Two points were deducted for a late start.", "The last two teams are relegated."],
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
        caption=caption_of(rng, scene, ["Technical data of the {coined} series"]),
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
        caption=caption_of(rng, scene, ["Contracts awarded by the council of {town}"]),
        corner="Works",
        columns=["Contractor", "Value", "Completion"],
        rows=rows,
        ask=["{row}: {col}", "What is entered as {col} for the contract \"{row}\"?", "{col} of the {row} contract?"],
        absent_rows=works[:2],
        absent_columns=["Penalty", "Number of bids"],
        by_cell=["Which contract has {cell} as its {col}?", "{cell} is the {col} of which works?"],
        notes=["Values are without tax.", "Awards below the threshold are not listed."],
    )  # fmt: skip


KINDS = (prices, timetable, results, staff, census, measurements, league, specifications, tenders)
