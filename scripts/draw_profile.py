"""Draws what a command's time goes to as a flame graph for docs/performance.md: functions above those they call.

python scripts/draw_profile.py docs/images/profile-search.png db/candidates.py:search bench search --reports 10000
"""

import re
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Final

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cli.main import app

ROOT: Final = Path(__file__).parents[1]
_PAUSE: Final = 0.001
"""Seconds between two samples."""
_LEAST, _LABELLED, _DEEPEST = 0.004, 0.02, 12
"""The least share that is drawn, the least with a label, and how many levels are."""
_CHARACTERS: Final = 165
_OURS, _OTHERS = "#7fb3d5", "#e5e7e9"

Stack = tuple[str, ...]


class Sampler(threading.Thread):
    """Notes the threads' stacks below one function."""

    def __init__(self, below: str) -> None:
        super().__init__(daemon=True)
        self.stacks: Counter[Stack] = Counter()
        self._below = below
        self._ended = threading.Event()

    def run(self) -> None:
        while not self._ended.wait(_PAUSE):
            for frame in sys._current_frames().values():  # noqa: SLF001 - the interpreter's own way
                names = [*_names(frame)][::-1]
                if self._below in names:
                    self.stacks[tuple(names[names.index(self._below) :])] += 1

    def end(self) -> None:
        self._ended.set()
        self.join()


def _names(frame: FrameType | None) -> Iterator[str]:
    while frame:
        path = Path(frame.f_code.co_filename)
        inside = path.is_relative_to(ROOT) and "site-packages" not in path.parts
        where = path.relative_to(ROOT) if inside else "/".join(path.parts[-2:])
        yield f"{where}:{frame.f_code.co_name.strip('<>')}"
        frame = frame.f_back


def _label(name: str, share: float) -> str:
    """Return as much of a name as there is room for."""
    room = int(share * _CHARACTERS)
    short = name.rpartition(":")[2]
    fitting = [label for label in (f"{name} {share:.0%}", f"{short} {share:.0%}", short) if len(label) <= room]
    return fitting[0] if fitting else short[: max(room - 1, 0)] + "…"


def draw(axes: Axes, stacks: Counter[Stack], start: float, width: float, level: int) -> None:
    """Draw the functions of one level from left to right, and below each what it calls."""
    total = stacks.total()
    inner: dict[str, Counter[Stack]] = {}
    for stack, count in stacks.items():
        if stack:
            inner.setdefault(stack[0], Counter())[stack[1:]] += count
    for name, below in sorted(inner.items(), key=lambda part: -part[1].total()):
        share = width * below.total() / total
        if share >= _LEAST and level < _DEEPEST:
            ours = re.match(r"(db|reunite|workers|cli)/", name)
            axes.add_patch(Rectangle((start, level), share, 0.94, color=_OURS if ours else _OTHERS, linewidth=0))
            if share >= _LABELLED:
                axes.text(start + 0.002, level + 0.47, _label(name, share), va="center", size=6)
            draw(axes, below, start, share, level + 1)
        start += share


def main(picture: Path, below: str, arguments: Sequence[str]) -> None:
    sampler = Sampler(below)
    sampler.start()
    app(arguments, standalone_mode=False)
    sampler.end()
    mpl.use("svg" if picture.suffix == ".svg" else "agg")
    figure, axes = plt.subplots(figsize=(10, 4.2), layout="constrained")
    draw(axes, sampler.stacks, 0.0, 1.0, 0)
    axes.set(xlim=(0, 1), ylim=(min(max(map(len, sampler.stacks)), _DEEPEST), 0))
    axes.axis("off")
    figure.savefig(picture, dpi=130)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:])
