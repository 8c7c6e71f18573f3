"""Print the requirements of the package and some of its extras, to install them before the code is there.

`python scripts/requirements.py discord slack`. Needs nothing but the standard library.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_OWN = re.compile(r"reunite\[([\w,]+)\]")


def requirements(project: dict[str, Any], extras: Sequence[str]) -> Iterator[str]:
    """Yield the package's requirements, then those of the extras, with the extras that these name."""
    yield from project["dependencies"]
    for extra in extras:
        yield from _of_extra(project, extra)


def _of_extra(project: dict[str, Any], extra: str) -> Iterator[str]:
    for dependency in project["optional-dependencies"][extra]:
        if own := _OWN.fullmatch(dependency):
            for named in own[1].split(","):
                yield from _of_extra(project, named)
        else:
            yield dependency


if __name__ == "__main__":
    file = Path(__file__).parents[1] / "pyproject.toml"
    print(*requirements(tomllib.loads(file.read_text("utf-8"))["project"], sys.argv[1:]), sep="\n")
