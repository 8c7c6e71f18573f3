"""The dashboard as drawn from Prometheus: every panel is there, with its own queries, and what is missing is a gap."""

import importlib.util
import json
from math import isnan
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy/grafana.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_dashboard", ROOT / "scripts/draw_dashboard.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def span(script: ModuleType) -> Any:
    return script.Span(start=1000.0, end=1600.0, scrape=2.0)


def test_rates_are_taken_over_what_grafana_would_take(script: ModuleType) -> None:
    assert script.query_of("rate(a[$__rate_interval])", span(script)) == "rate(a[8s])"
    assert script.query_of("rate(a[$__rate_interval])", script.Span(0.0, 36_000.0, 2.0)) == "rate(a[74s])"


def test_lines_are_named_by_their_labels_and_missing_points_are_gaps(script: ModuleType) -> None:
    answer = [
        {"metric": {"state": "queued", "platform": "slack"}, "values": [[1000, "1"], [1002, "2"], [1010, "3"]]},
        {"metric": {"state": "failed", "platform": "slack"}, "values": [[1000, "0"]]},
    ]
    failed, queued = script.series_of("{{platform}} {{ state }}", answer, span(script))
    assert (failed.name, queued.name) == ("slack failed", "slack queued")
    assert queued.times == (1000, 1002, 1004, 1010)
    assert [isnan(value) for value in queued.values] == [False, False, True, False]


def test_every_panel_is_drawn_where_the_dashboard_has_it(script: ModuleType) -> None:
    panels = script.panels(DASHBOARD)
    line = script.Series("worker", (1000.0, 1002.0), (1.0, 2.0))
    figure = script.draw(panels, [[line] if number % 2 == 0 else [] for number in range(len(panels))], span(script))
    drawn = figure.axes
    assert [axes.get_title(loc="left") for axes in drawn] == [panel["title"] for panel in DASHBOARD["panels"]]
    places = [(axes.get_subplotspec().colspan.start, axes.get_subplotspec().rowspan.start) for axes in drawn]
    assert places == [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in DASHBOARD["panels"]]
    assert [text.get_text() for text in drawn[1].texts] == ["No data"]
    assert [text.get_text() for text in drawn[0].texts] == ["2", "worker"]
    assert drawn[2].get_legend().get_texts()[0].get_text() == "worker"


@pytest.mark.parametrize(
    ("unit", "value", "written"),
    [
        ("s", 0.05, "50 ms"),
        ("s", 2, "2 s"),
        ("s", 900, "15 min"),
        ("ops", 2, "2/s"),
        ("percentunit", 0.5, "50%"),
        ("short", 2, "2"),
    ],
)
def test_units_are_written_as_people_read_them(script: ModuleType, unit: str, value: float, written: str) -> None:
    assert script.formatter(unit)(value) == written
    assert {panel.unit for panel in script.panels(DASHBOARD)} <= {"s", "ops", "percentunit", "short"}
