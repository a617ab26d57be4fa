"""Reading order: sentences that mix two columns, on 300 generated pages whose sentences are known.

    python benchmarks/columns.py [--pages 300] [--first 0]

The pages (two and three columns; tests/fixtures/columns.py) are drawn, read, and cut into
sentences. A sentence is mixed when it holds words of two; lost when it stands nowhere as it was.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from longread.documents import load, sentences
from tests.fixtures.columns import lost, mixed, sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--pages", type=int, default=300)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first page")
    options = parser.parse_args()
    count: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "page.pdf"
        for seed in range(options.first, options.first + options.pages):
            page = sheet(seed)
            page.page.save(path)
            document = load(str(path), use_cache=False)
            said = [document.text[start:end] for start, end in sentences(document.text)]
            bad = list(mixed(page.sentences, said))
            gone = lost(page.sentences, document.text)
            count += Counter(
                pages=1, mixed_pages=bool(bad), sentences=len(page.sentences), mixed=len(bad),
                lost=len(gone), pages_with_lost=bool(gone),
            )  # fmt: skip
            if bad:
                print(seed, ", ".join(page.kinds), bad, flush=True)
    print(f"{count['mixed_pages']} of {count['pages']} pages have mixed sentences:")
    print(f"{count['mixed']} of {count['sentences']} sentences mixed,", end=" ")
    print(f"{count['lost']} broken, on {count['pages_with_lost']} pages")


if __name__ == "__main__":
    main()
