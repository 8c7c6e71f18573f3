"""The alert rules ask for what is exported, and say what to do."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from typer.main import get_command

from cli.main import app
from reunite.entities import PlatformName
from tests.support.exported_metrics import exported

ROOT = Path(__file__).parents[2]
[GROUP] = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text("utf-8"))["groups"]
RULES: list[dict[str, Any]] = GROUP["rules"]
MATCHERS = re.compile(r'(reunite_\w+)\{(\w+)(=~|!?=)"([^"]*)"\}')
VALUES = {
    "reunite_processes": {"worker", "bot discord", "bot slack", "bot web", "bot webhook", "api", "board"},
    "reunite_backlog": {"due", "in progress", "failed"},
    "reunite_outbox": {"queued", "failed", "undelivered"},
    "reunite_outbox_age_seconds": {*get_args(PlatformName)},
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_what_is_exported_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert set(rule) - {"for"} == {"alert", "expr", "labels", "annotations"}
    assert re.fullmatch(r"Reunite[A-Za-z]+", rule["alert"])
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert re.fullmatch(r"\d+m", rule.get("for", "0m"))
    series, named = exported(), set(re.findall(r"reunite_\w+", rule["expr"]))
    assert named
    assert named <= set(series)
    labels = set.union(*(series[name] for name in named))
    asked = set(re.findall(r"(?:by|on) \((\w+)\)", rule["expr"]))
    assert asked | set(re.findall(r"\$labels\.(\w+)", str(rule["annotations"]))) <= labels
    for name, label, operator, value in MATCHERS.findall(rule["expr"]):
        assert label in series[name]
        known = VALUES[name]
        assert [one for one in known if (re.fullmatch(value, one) if operator == "=~" else value == one)]
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert rule["annotations"]["summary"].endswith(".")
    assert rule["annotations"]["action"].endswith(".")


def test_the_rules_have_names_of_their_own_and_are_few() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(set(names)) == len(names) <= 8


def test_every_command_that_a_rule_names_exists() -> None:
    named = set(re.findall(r"`reunite (\w+)`", str(RULES)))
    assert named
    assert named <= set(getattr(get_command(app), "commands"))  # noqa: B009 - the type of a group isn't exported


def test_the_documentation_lists_every_alert() -> None:
    document = (ROOT / "docs/metrics.md").read_text("utf-8")
    assert re.findall(r"^\| `(Reunite\w+)` \|", document, re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_no_rule_sends_anyone_to_a_platform_whose_replies_nobody_reads() -> None:
    [stuck] = [rule["expr"] for rule in RULES if "reunite_outbox_age_seconds" in rule["expr"]]
    assert ("reunite_outbox_age_seconds", "platform", "!=", "api") in MATCHERS.findall(stuck)
