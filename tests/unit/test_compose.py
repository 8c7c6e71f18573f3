import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cli.main import app
from cli.settings import variables

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}


def test_the_services_of_a_deployment_are_there() -> None:
    assert set(OURS) == {"migrate", "discord", "slack", "worker"}
    assert set(COMPOSE["services"]) - set(OURS) == {"postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_a_service_is_a_setting(name: str) -> None:
    assert set(OURS[name]["environment"]) <= set(variables())


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_a_service_exists(name: str) -> None:
    assert CliRunner().invoke(app, [*OURS[name]["command"], "--help"]).exit_code == 0


def test_only_the_migration_knows_the_owner() -> None:
    with_owner = {name for name, service in OURS.items() if "OWNER_PASSWORD" in str(service["environment"])}
    assert with_owner == {"migrate"}


def test_a_service_holds_no_token_that_it_does_not_use() -> None:
    holders = {name for name, service in OURS.items() if "REUNITE_DISCORD_TOKEN" in service["environment"]}
    assert holders == {"discord"}
    slack = {"REUNITE_SLACK_BOT_TOKEN": {"slack", "worker"}, "REUNITE_SLACK_APP_TOKEN": {"slack"}}
    for variable, services in slack.items():
        assert {name for name, service in OURS.items() if variable in service["environment"]} == services


@pytest.mark.parametrize("name", [*OURS, "redis"])
def test_a_service_can_write_only_to_its_volumes_and_gains_no_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_the_keys_are_written_by_the_migration_alone() -> None:
    mounts = {name: [each for each in service["volumes"] if each.startswith("keys:")] for name, service in OURS.items()}
    assert mounts.pop("migrate") == ["keys:/keys"]
    assert set(map(tuple, mounts.values())) == {("keys:/keys:ro",)}
    assert {service["environment"]["REUNITE_KEY_FILE"] for service in OURS.values()} == {"/keys/keys"}


def test_no_image_runs_as_root() -> None:
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    for stage in stages[2:]:  # the first is the base of the others
        assert re.search(r"^USER (?!root)\w+$", stage, re.MULTILINE), stage


@pytest.mark.parametrize("name", sorted(set(OURS) - {"migrate"}))
def test_services_wait_for_the_schema_and_redis(name: str) -> None:
    assert OURS[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }


def test_what_the_image_copies_exists_and_reaches_the_build() -> None:
    copied = re.findall(r"^COPY (.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sources == let_in
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_build_stages_of_the_services_exist() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", dockerfile, re.MULTILINE))
    assert {service["build"]["target"] for service in OURS.values()} <= stages
