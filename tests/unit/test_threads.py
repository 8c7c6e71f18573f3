from pathlib import Path

import pytest

from workers.threads import available_cores


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system of two cores with two logical processors each, all of which we may use."""
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2, 3})
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    for cpu in range(4):
        topology = tmp_path / f"devices/system/cpu/cpu{cpu}/topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(f"{cpu % 2},{cpu % 2 + 2}\n")
    (tmp_path / "fs/cgroup").mkdir(parents=True)
    return tmp_path


def test_logical_processors_of_one_core_count_once(system: Path) -> None:
    assert available_cores(system) == 2


def test_only_processors_that_we_may_use_count(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 2})
    assert available_cores(system) == 1


@pytest.mark.parametrize(("quota", "cores"), [("max 100000", 2), ("100000 100000", 1), ("50000 100000", 1), ("", 2)])
def test_a_containers_quota_holds(system: Path, quota: str, cores: int) -> None:
    (system / "fs/cgroup/cpu.max").write_text(f"{quota}\n")
    assert available_cores(system) == cores


@pytest.mark.parametrize(
    ("quota", "period", "cores"),
    [("-1", "100000", 2), ("100000", "100000", 1), ("50000", "100000", 1), ("100000", "0", 2), ("", "", 2)],
)
@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct"])
def test_a_quota_of_version_1_holds_too(system: Path, mount: str, quota: str, period: str, cores: int) -> None:
    group = system / "fs/cgroup" / mount
    group.mkdir()
    (group / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (group / "cpu.cfs_period_us").write_text(f"{period}\n")
    assert available_cores(system) == cores


def test_the_smaller_quota_of_both_versions_holds(system: Path) -> None:
    (system / "fs/cgroup/cpu.max").write_text("200000 100000\n")
    (system / "fs/cgroup/cpu").mkdir()
    (system / "fs/cgroup/cpu/cpu.cfs_quota_us").write_text("150000\n")
    (system / "fs/cgroup/cpu/cpu.cfs_period_us").write_text("100000\n")
    assert available_cores(system) == 1


def test_without_the_systems_word_each_processor_is_a_core(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1, 2})
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    assert available_cores(tmp_path) == 3
