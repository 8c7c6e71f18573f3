"""Progress bars on standard error."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Final

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, ProgressColumn, Task, TimeElapsedColumn
from rich.text import Text

from cli.escaping import escaped_lines

_LINE_EVERY_SECONDS: Final = 10.0


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a progress bar on standard error; yields the function that sets how much is done."""
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)


@contextmanager
def paced(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes how much is done, and of how much.

    It shows the rate and the expected end: in a bar on a terminal, otherwise in a line every ten seconds.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(what)
        return
    columns = (*Progress.get_default_columns(), MofNCompleteColumn(), _Rate(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def say(words: str) -> None:
    print(escaped_lines(words), file=sys.stderr, flush=True)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class _Lines:
    """Reports the progress of work from time to time, and at its end."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._began = self._last_line_at = monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = monotonic()
        if total and (done in {0, total} or now >= self._last_line_at + _LINE_EVERY_SECONDS):
            self._last_line_at = now
            say(pace_line(self._what, done, total, now - self._began, datetime.now().astimezone()))


def pace_line(what: str, done: int, total: int, seconds: float, now: datetime) -> str:
    """Say how much is done, how fast, and when it will be done."""
    line = f"{done} of {total} {what}"
    if not done or seconds <= 0:
        return f"{line}."
    rate = done / seconds
    if done >= total:
        return f"{line}, {rate:.1f} a second."
    end = now + timedelta(seconds=(total - done) / rate)
    return f"{line}, {rate:.1f} a second, done at about {end:%Y-%m-%d %H:%M}."
