"""`reunite model fetch`: from a hub or a folder, hash by hash; what can go wrong is said in a sentence."""

import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.model_hub import COMMIT, ModelHub, model_hub
from tests.support import hub_processes
from tests.support.checkpoints import make_tiny_clip
from tests.support.hub_processes import find_cached, in_process

pytestmark = pytest.mark.encoder

REPOSITORY = "example/tiny-clip"
MORE_THAN_TWO_CHUNKS = 25 * 2**20
"""Bytes: the hub's client writes 10 MB at a time."""


class Machine:
    """A machine with a cache of its own."""

    def __init__(self, home: Path, hub: str) -> None:
        self.home, self.hub = home, hub

    def fetch(self, name: str = REPOSITORY, folder: Path | None = None, free: int | None = None) -> dict[str, Any]:
        environment = {"HF_ENDPOINT": self.hub, "HF_HOME": str(self.home), "HF_HUB_DISABLE_XET": "1"}
        return in_process(hub_processes.fetch, name, folder, self.home / "models", free, **environment)

    @property
    def cache(self) -> Path:
        return self.home / "hub"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    make_tiny_clip(folder, 1)
    (folder / "pytorch_model.bin").write_bytes(b"pickled")
    return folder


@pytest.fixture
def hub(tiny: Path) -> Iterator[ModelHub]:
    with model_hub(REPOSITORY, tiny) as hub:
        yield hub


@pytest.fixture
def machine(hub: ModelHub, tmp_path: Path) -> Machine:
    return Machine(tmp_path / "here", hub.url)


def names(folder: str) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def test_a_model_is_fetched_without_its_pickled_weights_and_can_be_taken_to_another_machine(
    hub: ModelHub, machine: Machine, tiny: Path, tmp_path: Path
) -> None:
    got = machine.fetch()
    assert got["setting"] == REPOSITORY
    assert names(got["folder"]) == {path.name for path in tiny.iterdir()} - {"pytorch_model.bin"}
    assert not any("pytorch_model" in asked for asked in hub.asked)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
    other = Machine(tmp_path / "there", closed)
    taken = other.fetch(folder=machine.cache)
    assert taken["folder"].endswith(f"/snapshots/{COMMIT}")
    assert names(taken["folder"]) == names(got["folder"])
    assert "What was fetched is kept" in other.fetch()["problem"]
    assert cached(other) == taken["folder"]


def test_a_branch_or_a_commit_can_be_taken_to_another_machine(machine: Machine, tmp_path: Path) -> None:
    machine.fetch()
    refs = next(machine.cache.glob("models--*/refs"))
    (refs / "pr").mkdir()
    (refs / "main").rename(refs / "pr/1")
    for number, (revision, written) in enumerate([("pr/1", ["pr/1"]), (COMMIT, [])]):
        other = Machine(tmp_path / f"there{number}", machine.hub)
        taken = other.fetch(f"{REPOSITORY}@{revision}", folder=machine.cache)
        assert taken["folder"].endswith(f"/snapshots/{COMMIT}")
        assert cached(other, f"{REPOSITORY}@{revision}") == taken["folder"]
        theirs = other.cache / refs.relative_to(machine.cache)
        assert [str(path.relative_to(theirs)) for path in theirs.rglob("*") if path.is_file()] == written


def cached(machine: Machine, name: str = REPOSITORY) -> str:
    """Where a worker on this machine finds the model, without asking a hub."""
    found = in_process(find_cached, name, HF_HOME=str(machine.home), HF_HUB_OFFLINE="1")
    return str(found["folder"])


def test_an_interrupted_download_goes_on_where_it_was(tiny: Path, tmp_path: Path) -> None:
    large = tmp_path / "large"
    shutil.copytree(tiny, large)
    (large / "more.safetensors").write_bytes(bytes(MORE_THAN_TWO_CHUNKS))
    with model_hub(REPOSITORY, large) as hub:
        machine = Machine(tmp_path / "here", hub.url)
        hub.cut = {"more.safetensors"}
        assert "What was fetched is kept" in machine.fetch()["problem"]
        hub.withheld = set()
        hub.asked.clear()
        got = machine.fetch()
    assert (Path(got["folder"]) / "more.safetensors").stat().st_size == MORE_THAN_TWO_CHUNKS
    [first] = [
        int(asked.partition("bytes=")[2].rstrip("-")) for asked in hub.asked if "more.safetensors bytes=" in asked
    ]
    assert first > 0


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json"])
def test_a_file_that_is_not_what_the_hub_lists_is_found_and_fetched_again(
    hub: ModelHub, machine: Machine, tiny: Path, name: str
) -> None:
    content = (tiny / name).read_bytes()
    hub.swapped = {name: b"x" * len(content)}
    assert f"{name} isn't what the hub has" in machine.fetch()["problem"]
    hub.swapped = {}
    got = machine.fetch()
    assert (Path(got["folder"]) / name).read_bytes() == content


def test_a_refusal_by_the_hub_is_explained_in_one_sentence(hub: ModelHub, machine: Machine) -> None:
    assert "no model example/nothing" in machine.fetch("example/nothing")["problem"]
    assert f"{REPOSITORY} has no revision v9" in machine.fetch(f"{REPOSITORY}@v9")["problem"]
    assert "are needed in" in machine.fetch(free=1000)["problem"]
    hub.gated = True
    assert "accept its terms" in machine.fetch()["problem"]


@pytest.mark.parametrize("answer", [b"{}", b"[]", b"<html>Welcome to this network"])
def test_what_is_no_hub_is_said_in_one_sentence(hub: ModelHub, machine: Machine, answer: bytes) -> None:
    hub.foreign = answer
    assert machine.fetch()["problem"].startswith(f"{hub.url} doesn't answer as a model hub does. Check HF_ENDPOINT")


def test_what_is_no_model_is_refused_before_its_weights_are_fetched(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "config.json").write_text('{"model_type": "bert"}')
    (other / "pytorch_model.bin").write_bytes(b"pickled")
    with model_hub(REPOSITORY, other) as hub:
        machine = Machine(tmp_path / "here", hub.url)
        assert "pickled weights aren't loaded" in machine.fetch()["problem"]
        (other / "model.safetensors").write_bytes(b"x" * 1000)
        assert "a model of the kind bert" in machine.fetch()["problem"]
        assert not any("resolve" in asked and "model.safetensors" in asked for asked in hub.asked)


def test_a_folder_with_files_is_copied_whole_or_not_at_all(tiny: Path, tmp_path: Path) -> None:
    from workers.encoders import EncoderUnavailableError
    from workers.encoders.fetching import take

    got = take(REPOSITORY, tiny, tmp_path / "models")
    assert got.setting == str(tmp_path / "models/tiny-clip")
    assert names(got.setting) == {path.name for path in tiny.iterdir()} - {"pytorch_model.bin"}
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    (broken / "model.safetensors").write_bytes((tiny / "model.safetensors").read_bytes()[:-100])
    for folder, problem in ((broken, "isn't a whole safetensors file"), (tmp_path, "has none of a model's files")):
        with pytest.raises(EncoderUnavailableError, match=problem):
            take(REPOSITORY, folder, tmp_path / "models")
    with pytest.raises(EncoderUnavailableError, match="offline encoder"):
        take("concept", tiny, tmp_path / "models")
