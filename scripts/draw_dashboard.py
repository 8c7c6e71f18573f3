"""Draws deploy/grafana.json from what a Prometheus has stored: the dashboard's own queries, titles, units and grid.

python scripts/draw_dashboard.py docs/images/dashboard.png http://127.0.0.1:9090 --minutes 15 --scrape 15

It's for the documentation, and for looking at a span of time without Grafana.
"""

import argparse
import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from aiohttp import ClientSession
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter

DASHBOARD: Final = Path(__file__).parents[1] / "deploy/grafana.json"
_COLUMNS: Final = 24
"""The width of Grafana's grid."""
_POINTS: Final = 500
_SIZE: Final = (0.78, 0.42)
"""Inches of one cell of the grid."""
_GREY: Final = "#7b8087"
_MAX_NAMED: Final = 8
_IN_MINUTES: Final = 120
"""Seconds from which on a duration is written in minutes."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the dashboard: `queries` are expressions with their legends, and `place` is x, y, width and height."""

    title: str
    kind: str
    unit: str
    place: tuple[int, int, int, int]
    queries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name in the legend, and its points in time. A missing point is not a number."""

    name: str
    times: tuple[float, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when to draw, in seconds, and how often Prometheus asks for metrics."""

    start: float
    end: float
    scrape: float

    @property
    def step(self) -> float:
        return max((self.end - self.start) / _POINTS, self.scrape)

    @property
    def rate_interval(self) -> int:
        """The interval that Grafana takes for rates."""
        return round(max(self.step + self.scrape, 4 * self.scrape))


def panels(dashboard: Mapping[str, Any]) -> list[Panel]:
    return [
        Panel(
            panel["title"],
            panel["type"],
            panel["fieldConfig"]["defaults"]["unit"],
            tuple(panel["gridPos"][name] for name in "xywh"),
            tuple((target["expr"], target["legendFormat"]) for target in panel["targets"]),
        )
        for panel in dashboard["panels"]
    ]


def query_of(expression: str, span: Span) -> str:
    return expression.replace("$__rate_interval", f"{span.rate_interval}s")


def series_of(legend: str, answer: Sequence[Mapping[str, Any]], span: Span) -> list[Series]:
    """Return a query's answer as lines, in the order of their names."""
    drawn = []
    for line in answer:
        times, values = zip(*with_gaps(line["values"], span.step), strict=True)
        drawn.append(Series(_filled_in(legend, line["metric"]), times, values))
    return sorted(drawn, key=lambda line: line.name)


def _filled_in(legend: str, labels: Mapping[str, str]) -> str:
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda match: labels.get(match[1], ""), legend)


def with_gaps(points: Sequence[tuple[float, str]], step: float) -> list[tuple[float, float]]:
    """Return the points with one that's not a number wherever some are missing, so that no line bridges the gap."""
    whole: list[tuple[float, float]] = []
    for at, value in points:
        if whole and at - whole[-1][0] > 1.5 * step:
            whole.append((whole[-1][0] + step, nan))
        whole.append((at, float(value)))
    return whole


async def fetch(url: str, asked: Sequence[Panel], span: Span) -> list[list[Series]]:
    """Ask Prometheus for every panel."""
    async with ClientSession(url, raise_for_status=True) as session:
        return [await _fetch_panel(session, panel, span) for panel in asked]


async def _fetch_panel(session: ClientSession, panel: Panel, span: Span) -> list[Series]:
    lines: list[Series] = []
    for expression, legend in panel.queries:
        asked = {
            "query": query_of(expression, span),
            "start": str(span.start),
            "end": str(span.end),
            "step": str(span.step),
        }
        async with session.get("/api/v1/query_range", params=asked) as response:
            lines += series_of(legend, (await response.json())["data"]["result"], span)
    return lines


def draw(asked: Sequence[Panel], lines: Sequence[Sequence[Series]], span: Span) -> Figure:
    """Draw the panels where the dashboard has them."""
    mpl.rcParams.update({"font.size": 8, "axes.edgecolor": "#c9ccd1", "axes.linewidth": 0.6, "text.color": "#24292e"})
    rows = max(y + height for _, y, _, height in (panel.place for panel in asked))
    figure = plt.figure(figsize=(_COLUMNS * _SIZE[0], rows * _SIZE[1]), layout="constrained")
    grid = figure.add_gridspec(rows, _COLUMNS)
    for panel, its_lines in zip(asked, lines, strict=True):
        x, y, width, height = panel.place
        axes = figure.add_subplot(grid[y : y + height, x : x + width])
        axes.set_title(panel.title, loc="left", fontsize=9, fontweight="bold")
        (_draw_numbers if panel.kind == "stat" else _draw_lines)(axes, panel, its_lines, span)
        axes.set_xlim(0, (span.end - span.start) / 60)
        axes.tick_params(length=0, labelcolor=_GREY)
        axes.spines[["top", "right", "left"]].set_visible(False)
    figure.supxlabel(f"minutes since {datetime.fromtimestamp(span.start, UTC):%Y-%m-%d %H:%M} UTC", color=_GREY)
    return figure


def _draw_lines(axes: Axes, panel: Panel, lines: Sequence[Series], span: Span) -> None:
    axes.yaxis.set_major_formatter(formatter(panel.unit))
    axes.grid(axis="y", color="#e8eaed", linewidth=0.6)
    if not lines:
        axes.text(0.5, 0.5, "No data", transform=axes.transAxes, ha="center", va="center", color=_GREY)
        axes.set_yticks([])
        return
    for line in lines:
        axes.plot(_minutes(line, span), line.values, linewidth=1.1, label=line.name)
    axes.set_ylim(bottom=0, top=None if axes.get_ylim()[1] > 0 else 1)
    columns = 1 if len(lines) <= _MAX_NAMED // 2 else 2
    axes.legend(loc="upper left", fontsize=6.5, ncols=columns, framealpha=0.75, edgecolor="none", handlelength=1.2)


def _draw_numbers(axes: Axes, panel: Panel, lines: Sequence[Series], span: Span) -> None:
    """Draw the latest number of each line, above what it was before."""
    axes.set_yticks([])
    write = formatter(panel.unit)
    for place, line in enumerate(lines):
        middle = (place + 0.5) / len(lines)
        axes.text(middle, 0.62, write(line.values[-1]), transform=axes.transAxes, ha="center", fontsize=22)
        axes.text(middle, 0.48, line.name, transform=axes.transAxes, ha="center", color=_GREY, fontsize=9)
        axes.step(_minutes(line, span), line.values, linewidth=1, where="post")
    axes.set_ylim(0, 3 * max((max(line.values) for line in lines), default=1))


def _minutes(line: Series, span: Span) -> list[float]:
    return [(at - span.start) / 60 for at in line.times]


def _duration(seconds: float) -> str:
    if 0 < seconds < 1:
        return f"{1000 * seconds:g} ms"
    return f"{seconds:g} s" if seconds < _IN_MINUTES else f"{seconds / 60:.3g} min"


def formatter(unit: str) -> Formatter:
    """Return how Grafana writes a unit, roughly."""
    match unit:
        case "s":
            return FuncFormatter(lambda value, _: _duration(value))
        case "ops":
            return FuncFormatter(lambda value, _: f"{value:g}/s")
        case "percentunit":
            return FuncFormatter(lambda value, _: f"{value:.0%}")
        case _:
            return FuncFormatter(lambda value, _: f"{value:g}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("picture", type=Path)
    parser.add_argument("prometheus", help="its address, http://127.0.0.1:9090")
    parser.add_argument("--minutes", type=float, default=60, help="how many to draw")
    parser.add_argument("--end", type=float, help="when they end, in seconds since 1970; now if left out")
    parser.add_argument("--scrape", type=float, default=15, help="seconds between two scrapes")
    given = parser.parse_args()
    end = given.end or time.time()
    span = Span(end - 60 * given.minutes, end, given.scrape)
    asked = panels(json.loads(DASHBOARD.read_text("utf-8")))
    draw(asked, asyncio.run(fetch(given.prometheus, asked, span)), span).savefig(given.picture, dpi=110)


if __name__ == "__main__":
    main()
