"""`auto` takes CLIP where it's available, else the offline encoder within seconds; a choice once made stays."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.doubles.model_hub import COMMIT, ModelHub, model_hub
from tests.support import hub_processes
from tests.support.checkpoints import make_tiny_clip
from tests.support.hub_processes import in_process, obtain
from workers.encoders import EncoderUnavailableError
from workers.encoders.choose import choose
from workers.threads import available_cores, use_threads

pytestmark = pytest.mark.encoder

REPOSITORY = "example/tiny-clip"


def run(act: Callable[..., dict[str, Any]], *arguments: str | None, hub: str, home: Path, **env: str) -> dict[str, Any]:
    return in_process(act, *arguments, **{"HF_ENDPOINT": hub, "HF_HOME": str(home), "OMP_NUM_THREADS": "2", **env})


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tiny")
    make_tiny_clip(folder, 1)
    return folder


@pytest.fixture
def hub(tiny: Path) -> Iterator[ModelHub]:
    with model_hub(REPOSITORY, tiny) as hub:
        yield hub


@pytest.fixture
def silent_hub() -> Iterator[str]:
    """A hub that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def closed_hub() -> str:
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_model_is_fetched_once_and_needs_no_hub_from_then_on(
    hub: ModelHub, tiny: Path, closed_hub: str, tmp_path: Path
) -> None:
    first = run(obtain, REPOSITORY, hub=hub.url, home=tmp_path)
    assert first["lines"] == [f"Fetching {REPOSITORY} from {hub.url}. This happens only once."]
    for file in tiny.iterdir():
        assert (Path(first["folder"]) / file.name).read_bytes() == file.read_bytes()

    hub.asked.clear()
    for address in (hub.url, closed_hub):
        again = run(obtain, REPOSITORY, hub=address, home=tmp_path)
        assert (again["folder"], again["lines"]) == (first["folder"], [])
    assert hub.asked == []


def test_what_was_fetched_halfway_is_not_taken_for_the_model(hub: ModelHub, tmp_path: Path) -> None:
    hub.withheld = {"model.safetensors"}
    assert run(obtain, REPOSITORY, hub=hub.url, home=tmp_path)["error"] == "ModelOutOfReachError"
    hub.withheld = set()
    assert (Path(run(obtain, REPOSITORY, hub=hub.url, home=tmp_path)["folder"]) / "model.safetensors").is_file()


def test_a_hub_that_hangs_is_given_up(silent_hub: str, tmp_path: Path) -> None:
    """It never answers, so without a limit `run` would have to end the process."""
    assert run(obtain, REPOSITORY, hub=silent_hub, home=tmp_path)["error"] == "ModelOutOfReachError"


def test_offline_mode_asks_no_hub(hub: ModelHub, tmp_path: Path) -> None:
    assert "HF_HUB_OFFLINE" in run(obtain, REPOSITORY, hub=hub.url, home=tmp_path, HF_HUB_OFFLINE="1")["problem"]
    assert hub.asked == []


def test_a_model_missing_from_the_hub_is_named(hub: ModelHub, tmp_path: Path) -> None:
    assert "example/nothing" in run(obtain, "example/nothing", hub=hub.url, home=tmp_path)["problem"]


def test_a_live_clip_is_not_replaced_when_the_hub_is_down(closed_hub: str, tmp_path: Path) -> None:
    outcome = run(hub_processes.choose, REPOSITORY, "auto", "clip", hub=closed_hub, home=tmp_path)
    assert "set up with CLIP" in outcome["problem"]
    assert "REUNITE_MODEL" in outcome["problem"]


def test_auto_takes_clip_from_a_hub_that_answers(hub: ModelHub, tmp_path: Path) -> None:
    outcome = run(hub_processes.choose, REPOSITORY, "auto", None, hub=hub.url, home=tmp_path)
    assert outcome["kind"] == "clip"
    assert outcome["version"].startswith(f"{REPOSITORY}@{COMMIT[:12]}+")
    assert outcome["lines"][-1] == f"Encoder: clip ({outcome['version']})."


def test_auto_takes_the_offline_encoder_where_no_hub_answers(closed_hub: str, tmp_path: Path) -> None:
    outcome = run(hub_processes.choose, REPOSITORY, "auto", None, hub=closed_hub, home=tmp_path)
    assert outcome["kind"] == "concept"
    assert "offline encoder" in outcome["lines"][0]
    assert outcome["lines"][-1].startswith("Encoder: concept (")


def test_a_model_folder_is_taken_without_any_hub(tiny: Path) -> None:
    lines: list[str] = []
    choice = choose("auto", None, str(tiny), lines.append)
    assert choice.kind == "clip"
    assert lines == [f"Encoder: clip ({choice.encoder.version})."]


def test_threads_that_compute_later_keep_to_the_setting(tiny: Path) -> None:
    import torch

    before = torch.get_num_threads()
    try:
        choose("clip", None, str(tiny), lambda _: None, threads=3)
        with ThreadPoolExecutor(1) as later:
            assert later.submit(torch.get_num_threads).result() == 3
    finally:
        use_threads(before)


def test_by_default_there_are_no_more_threads_than_cores() -> None:
    import torch

    before = torch.get_num_threads()
    try:
        use_threads(1000)
        assert use_threads(None) == available_cores()
    finally:
        use_threads(before)


def test_a_recorded_offline_encoder_stays_though_clip_is_here_now(tiny: Path) -> None:
    assert choose("auto", "concept", str(tiny), lambda _: None).kind == "concept"


@pytest.mark.parametrize(("setting", "recorded"), [("clip", "concept"), ("concept", "clip")])
def test_a_setting_against_the_record_stops_with_the_remedy(tiny: Path, setting: str, recorded: str) -> None:
    with pytest.raises(EncoderUnavailableError, match=f"REUNITE_ENCODER={recorded}"):
        choose(setting, recorded, str(tiny), lambda _: None)


def test_a_folder_that_is_not_there_is_no_reason_to_take_another_encoder(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailableError, match="no model folder"):
        choose("auto", None, str(tmp_path / "nowhere"), lambda _: None)
    with pytest.raises(EncoderUnavailableError, match="no model folder ~nobodyhere"):
        choose("auto", None, "~nobodyhere/a/model", lambda _: None)
