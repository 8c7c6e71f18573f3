"""The Grafana dashboard and the documentation name what is exported, by metric and label."""

import json
import re
from pathlib import Path

from reunite.entities import MatchState
from tests.support.exported_metrics import SUFFIXES, defined, exported
from tests.support.tables import for_each

ROOT = Path(__file__).parents[2]
DASHBOARD = json.loads((ROOT / "deploy/grafana.json").read_text("utf-8"))
DOCUMENT = (ROOT / "docs/metrics.md").read_text("utf-8")
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


@for_each("query", QUERIES)
def test_a_query_asks_for_what_is_exported(query: str) -> None:
    series, named = exported(), set(re.findall(r"reunite_\w+", query))
    assert named
    assert named <= set(series)
    labels = set.union(*(series[name] for name in named))
    asked = {label.strip() for group in re.findall(r"by \(([^)]*)\)", query) for label in group.split(",")}
    asked |= set(re.findall(r"(\w+)=~?\"", query))
    assert asked <= labels


def test_precision_is_that_of_the_verdicts_that_there_are() -> None:
    [query] = [query for query in QUERIES if "reunite_matches" in query]
    asked = {state for group in re.findall(r'state=~?"([^"]*)"', query) for state in group.split("|")}
    assert asked == {MatchState.CONFIRMED, MatchState.REJECTED}


def test_every_metric_is_on_the_dashboard_or_in_an_alert() -> None:
    alerts = (ROOT / "deploy/alerts.yml").read_text("utf-8")
    named = set(re.findall(r"reunite_\w+", " ".join((*QUERIES, alerts))))
    shown = {
        metric._name for metric in defined() if named & {f"{metric._name}{suffix}" for suffix in SUFFIXES[type(metric)]}
    }
    assert shown == {metric._name for metric in defined()}


def test_the_documentation_lists_every_metric_with_its_labels() -> None:
    rows = [
        [cell.strip() for cell in line.split("|")[1:3]] for line in DOCUMENT.splitlines() if line[:11] == "| `reunite_"
    ]
    answer = {name.strip("`").removesuffix("_total"): set(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    assert answer == {metric._name: set(metric._labelnames) for metric in defined()}
