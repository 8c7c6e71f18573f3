import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

import workers.app
from bot.slack import server
from cli import children, ending
from cli.main import app
from cli.settings import variables
from embedded import servers
from tests.compose.drill import COMMANDS, DOCTOR, DUMP, KEYS, RESTORE, RESTORE_KEYS, ROLE, WRITE_KEYS
from tests.support.tables import for_each

pytestmark = pytest.mark.untraced

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
OURS = {name: service for name, service in COMPOSE["services"].items() if "build" in service}
LEFT_OUT = {
    "REUNITE_KEYS": "the migration makes a key file",
    "REUNITE_QUEUE": "Redis is of this deployment alone",
    "REUNITE_PORT": "the local page isn't for members",
    **dict.fromkeys(
        [f"REUNITE_{name}_PORT" for name in ("API", "BOARD", "SLACK", "WEBHOOK")],
        "API_PORT and so on change the host's",
    ),
    **dict.fromkeys(
        ["REUNITE_DISCORD_API_BASE", "REUNITE_DISCORD_GATEWAY", "REUNITE_SLACK_API_BASE", "REUNITE_PHOTO_HTTP_HOSTS"],
        "for tests: tests/compose/doubles.yml adds them",
    ),
}
"""Settings that Compose doesn't pass on, and why."""


def test_the_services_of_a_deployment_are_there() -> None:
    assert set(OURS) == {"migrate", "discord", "slack", "webhook", "api", "board", "worker", "doctor"}
    assert set(COMPOSE["services"]) - set(OURS) == {"postgres", "redis"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_a_service_is_a_setting(name: str) -> None:
    known = set(variables())
    assert set(OURS[name]["environment"]) <= {*known, *(f"{variable}_FILE" for variable in known)}


def test_every_setting_reaches_a_service() -> None:
    passed = {name for service in OURS.values() for name in service["environment"]}
    assert set(variables()) - passed == set(LEFT_OUT)
    bots = [service["environment"] for service in OURS.values() if service["command"][0] == "bot"]
    assert len(bots) == 3
    for name in ("REUNITE_REPORTS_PER_HOUR", "REUNITE_ALERT_MINUTES"):
        assert [environment for environment in bots if name not in environment] == []
    of_metrics = {name for name, service in OURS.items() if "REUNITE_METRICS_PORT" in service["environment"]}
    assert of_metrics >= {"discord", "slack", "webhook", "api", "board", "worker"}


@pytest.mark.parametrize("name", OURS)
def test_every_command_of_a_service_exists(name: str) -> None:
    assert CliRunner().invoke(app, [*OURS[name]["command"], "--help"]).exit_code == 0


def test_only_the_migration_knows_the_owner() -> None:
    with_owner = {name for name, service in OURS.items() if "OWNER_PASSWORD" in str(service["environment"])}
    assert with_owner == {"migrate"}


def test_a_service_holds_no_token_that_it_does_not_use() -> None:
    holders = {name for name, service in OURS.items() if "REUNITE_DISCORD_TOKEN" in service["environment"]}
    assert holders == {"discord", "doctor"}
    holders = {name for name, service in OURS.items() if "REUNITE_WEBHOOK_SECRET" in service["environment"]}
    assert holders == {"webhook", "doctor"}
    slack = {
        "REUNITE_SLACK_BOT_TOKEN": {"slack", "worker", "doctor"},
        "REUNITE_SLACK_APP_TOKEN": {"slack", "doctor"},
    }
    for variable, services in slack.items():
        assert {name for name, service in OURS.items() if variable in service["environment"]} == services


@for_each("name", COMPOSE["services"])
def test_a_service_can_write_only_to_its_volumes_and_gains_no_rights(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert set(service["tmpfs"]) <= {"/tmp", "/var/run/postgresql"}  # noqa: S108 - the container's own


def test_the_keys_are_written_by_the_migration_alone() -> None:
    mounts = {
        name: [volume for volume in service["volumes"] if volume.startswith("keys:")] for name, service in OURS.items()
    }
    assert mounts.pop("migrate") == ["keys:/keys"]
    assert set(map(tuple, mounts.values())) == {("keys:/keys:ro",)}
    assert {service["environment"]["REUNITE_KEY_FILE"] for service in OURS.values()} == {"/keys/keys"}


def test_no_image_runs_as_root() -> None:
    assert {name: COMPOSE["services"][name]["user"] for name in ("postgres", "redis")} == {
        "postgres": "postgres",
        "redis": "redis",
    }
    images = [stage for stage in re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE) if "ENTRYPOINT" in stage]
    assert len(images) == 2
    for stage in images:
        assert re.search(r"^USER (?!root)\w+$", stage, re.MULTILINE), stage


@pytest.mark.parametrize("name", sorted(set(OURS) - {"migrate", "doctor"}))
def test_services_wait_for_the_schema_and_redis(name: str) -> None:
    assert OURS[name]["depends_on"] == {
        "migrate": {"condition": "service_completed_successfully"},
        "redis": {"condition": "service_healthy"},
    }


def test_what_the_image_copies_exists_and_reaches_the_build() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert sources == let_in - {"scripts"}
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_every_package_of_the_program_is_in_the_image() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages == {name for name in packages if f"COPY {name} {name}\n" in DOCKERFILE}


def test_dependencies_are_installed_before_the_code_is_copied() -> None:
    for stage in DOCKERFILE.split("\nFROM ")[1:]:
        if "ENTRYPOINT" in stage:
            assert stage.index("-r /tmp/requirements.txt") < stage.index("COPY --from=code")
    script = [sys.executable, "scripts/requirements.py", "discord", "concept"]
    printed = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert {re.split(r"[<>=\[]", line)[0] for line in printed} >= {"aiohttp", "psycopg", "discord.py", "torch"}
    assert "slack-sdk" not in str(printed)


def test_a_word_in_the_documentation_installs_no_dependency_again() -> None:
    base = DOCKERFILE.split("\nFROM ")[1]
    assert [name for name in ("README.md", "LICENSE") if re.search(rf"^COPY .*{name}", base, re.MULTILINE)] == []


def test_what_builds_the_package_has_one_version() -> None:
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    required = [re.split(r"[<>=]", name)[0] for name in project["build-system"]["requires"]]
    [code] = [stage for stage in DOCKERFILE.split("\nFROM ") if stage.startswith("base AS code")]
    assert set(required) <= set(pinned)
    assert f"pip install -c constraints.txt {' '.join(required)}\n" in code
    assert re.findall(r"pip (?:install|wheel) .*\.$", DOCKERFILE, re.MULTILINE) == [
        "pip wheel --no-deps --no-build-isolation --wheel-dir /wheels ."
    ]


def test_the_workers_image_can_cover_faces_and_cards_where_it_is_set() -> None:
    [worker] = [stage for stage in DOCKERFILE.split("\nFROM ") if stage.startswith("base AS worker")]
    assert re.search(r"scripts/requirements\.py .*\bcards\b", worker)
    assert re.search(r"--no-deps .*\bdeface rapidocr\b", worker)
    assert "REUNITE_PHOTO_COVER_FACES" in OURS["worker"]["environment"]


def test_nothing_kills_a_process_that_finishes_what_it_has_begun() -> None:
    longest = max(server.SHUTDOWN_SECONDS, workers.app._CLOSE_SECONDS)
    for name in sorted(set(OURS) - {"migrate"}):
        assert int(OURS[name]["stop_grace_period"].removesuffix("s")) > longest, name
    pods = re.findall(r"terminationGracePeriodSeconds: (\d+)", (ROOT / "docs" / "kubernetes.md").read_text())
    assert len(pods) == 2
    [unit] = re.findall(r"TimeoutStopSec=(\d+)", (ROOT / "docs" / "operations.md").read_text())
    assert all(int(seconds) > longest for seconds in pods)
    assert longest < children.STOP_SECONDS
    assert children.STOP_SECONDS + servers.STOP_SECONDS < ending.SECONDS < int(unit)  # the servers stop last


@for_each("name", sorted(COMPOSE["services"]))
def test_logs_are_rotated(name: str) -> None:
    assert COMPOSE["services"][name]["logging"]["options"] == {"max-size": "10m", "max-file": "5"}


def test_a_process_that_no_longer_beats_is_unhealthy(tmp_path: Path) -> None:
    _, command = OURS["worker"]["healthcheck"]["test"]
    file = tmp_path / "alive"
    check = ["sh", "-c", command.replace("$$", "$").replace("/tmp/alive", str(file))]  # noqa: S108
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1
    file.touch()
    assert subprocess.run(check, capture_output=True, check=False).returncode == 0
    os.utime(file, (0, 0))
    assert subprocess.run(check, capture_output=True, check=False).returncode == 1


def test_the_example_of_the_settings_has_every_variable_and_explains_it() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    listed = {line.partition("=")[0]: number for number, line in enumerate(lines) if line and line[0] != "#"}
    assert set(listed) == {*re.findall(r"\$\{(\w+)", TEXT), "COMPOSE_PROFILES"}
    profiles = {profile for service in OURS.values() for profile in service.get("profiles", [])} - {"doctor"}
    assert profiles == {"discord", "slack", "webhook", "api", "board"}
    for name, number in listed.items():
        above = lines[number - 1]
        is_second = name.endswith("_FILE") or name in {"REUNITE_SLACK_CLIENT_SECRET", "WORKER_MEMORY"}
        is_second |= name in {"WEBHOOK_PORT", "API_PORT", "BOARD_PORT"}
        assert above.startswith("#") or is_second, name
    assert {".env", "secrets/"} <= set((ROOT / ".gitignore").read_text().splitlines())


def test_the_build_stages_of_the_services_exist() -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
    assert {service["build"]["target"] for service in OURS.values()} <= stages


def test_the_docs_say_what_the_deployments_test_does() -> None:
    text = re.sub(r"\s*\\\n\s*", " ", (ROOT / "docs/operations.md").read_text())
    done = [DUMP, KEYS, RESTORE, RESTORE_KEYS, DOCTOR, *COMMANDS]
    assert [
        command
        for command in done
        if f"docker compose {command}" not in text and f"docker compose {as_typed(command)}" not in text
    ] == []
    assert ROLE in text
    assert WRITE_KEYS in text


def as_typed(command: str) -> str:
    """Return a command without the option that only a test without a terminal needs."""
    return command.replace(" -T ", " ", 1)


@pytest.mark.parametrize(
    ("ci", "status", "text"),
    [("", 0, "The deployment's test is left out"), ("true", 1, "✗ The deployment can't be tested")],
)
def test_without_an_engine_the_deployments_test_says_so_and_fails_in_ci(
    tmp_path: Path, ci: str, status: int, text: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.compose"],
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stdout) == (status, f"{text}: Docker isn't installed.\n")
