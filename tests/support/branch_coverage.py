"""Print how many branches the tests take, from `coverage json` on standard input; fail below a floor in percent.

coverage's own `fail_under` looks at lines and branches together.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any


def main(report: Mapping[str, Any], floor: float) -> int:
    covered, number = report["totals"]["covered_branches"], report["totals"]["num_branches"]
    percent = 100 * covered / number
    text = f"Branches taken in reunite and db: {percent:.1f}% ({covered} of {number}); the floor is {floor:g}%.\n"
    sys.stdout.write(text)
    return int(percent < floor)


if __name__ == "__main__":
    sys.exit(main(json.load(sys.stdin), float(sys.argv[1])))
