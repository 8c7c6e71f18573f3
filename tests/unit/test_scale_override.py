import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
BASE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OVERRIDE: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "scale.yml").read_text())
REPLICA = OVERRIDE["services"]["replica"]
SCRIPT = REPLICA["command"][2].replace("$$", "$")
COPYING = """#!/bin/sh
for word; do case "$word" in --pgdata=*) folder="${word#--pgdata=}"; esac; done
mkdir -p "$folder" && echo 18 > "$folder/PG_VERSION" && echo "$@" >> "$COPIES"
"""


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder with a `pg_basebackup` that notes its copies, and a `postgres` that says where its data is."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name, content in (("pg_basebackup", COPYING), ("postgres", '#!/bin/sh\necho "serving $PGDATA"\n')):
        (folder / name).write_text(content)
        (folder / name).chmod(0o755)
    return folder


def start(programs: Path, data: Path) -> str:
    environment = {"PATH": f"{programs}:{os.defpath}", "PGDATA": str(data), "COPIES": str(programs / "copies")}
    return subprocess.run(
        ["/bin/sh", "-ec", SCRIPT], env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


def test_it_changes_services_that_exist_and_adds_the_replica() -> None:
    assert set(OVERRIDE["services"]) - set(BASE["services"]) == {"replica"}
    assert OVERRIDE["services"]["worker"]["scale"] == 2
    assert REPLICA["image"] == BASE["services"]["postgres"]["image"]
    assert set(OVERRIDE["volumes"]) == {"replica"}


def test_the_replica_is_confined_and_stopped_as_the_first_server_is() -> None:
    alike = {"cap_drop", "init", "logging", "pids_limit", "read_only", "security_opt", "stop_grace_period", "tmpfs"}
    postgres = BASE["services"]["postgres"]
    assert {name: REPLICA.get(name) for name in alike} == {name: postgres[name] for name in alike}


def test_the_first_server_lets_the_owner_replicate_and_nobody_else() -> None:
    postgres = OVERRIDE["services"]["postgres"]
    [mounted] = postgres["volumes"]
    here, there, _ = mounted.split(":")
    assert f"hba_file={there}" in postgres["command"]
    rules = [line.split() for line in (ROOT / here).read_text().splitlines() if not line.startswith("#")]
    owner = BASE["services"]["postgres"]["environment"]["POSTGRES_USER"]
    assert [rule for rule in rules if rule[1] == "replication"] == [
        ["host", "replication", owner, "all", "scram-sha-256"]
    ]
    assert all(rule[-1] == "scram-sha-256" for rule in rules if rule[0] == "host")


def test_the_replica_copies_the_database_once(programs: Path, tmp_path: Path) -> None:
    data = tmp_path / "18" / "docker"
    for _ in range(2):
        assert start(programs, data) == f"serving {data}"
    [copied] = (programs / "copies").read_text().splitlines()
    assert "--write-recovery-conf" in copied


def test_an_unfinished_copy_is_made_again(programs: Path, tmp_path: Path) -> None:
    data = tmp_path / "18" / "docker"
    part = data.with_name("docker.part")
    part.mkdir(parents=True)
    (part / "half").write_text("")
    start(programs, data)
    assert [path.name for path in data.iterdir()] == ["PG_VERSION"]
    assert not part.exists()


def test_a_replica_that_was_promoted_keeps_its_data(programs: Path, tmp_path: Path) -> None:
    data = tmp_path / "18" / "docker"
    start(programs, data)
    (data / "only_here").write_text("")  # and no standby.signal
    start(programs, data)
    assert (data / "only_here").exists()
