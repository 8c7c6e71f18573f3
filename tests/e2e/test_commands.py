"""The commands as people run them."""

import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.checkpoints import tiny_clip
from tests.support.pictures import drawing
from tests.support.processes import reunite_here, scratch_databases

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "bot/web/static/samples"


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, Path]:
    paths = {colour: tmp_path / f"{colour}.jpg" for colour in ("red", "green", "blue")}
    for colour, path in paths.items():
        path.write_bytes(drawing(colour))
    return paths


@pytest.mark.encoder
def test_try_with_the_offline_encoder_finds_the_right_thing_first_and_leaves_nothing_behind(
    environment: dict[str, str],
) -> None:
    found_reports = [f"--found={SAMPLES / name}.jpg" for name in ("mug", "umbrella", "backpack")]
    arguments = ["try", *found_reports, "--lost", "I lost my red umbrella", "--json"]
    out = json.loads(reunite_here({**environment, "REUNITE_ENCODER": "concept"}, *arguments))
    assert out["encoder"].startswith("concept")
    assert [(report["kind"], report["state"]) for report in out["reports"]] == [("found", "open")] * 3 + [
        ("lost", "open")
    ]
    assert out["matches"][0]["photo"] == str(SAMPLES / "umbrella.jpg")
    assert out["matches"][0]["label"]
    assert "red ✓" in out["matches"][0]["why"]
    assert sum(match["probability"] for match in out["matches"]) <= 1
    assert scratch_databases(environment) == set()


@pytest.mark.encoder
def test_try_with_a_clip_checkpoint_from_a_folder(environment: dict[str, str], photos: dict[str, Path]) -> None:
    clip = {**environment, "REUNITE_ENCODER": "clip", "REUNITE_MODEL": str(tiny_clip(seed=1))}
    found_reports = [f"--found={path}" for path in photos.values()]
    arguments = ["try", *found_reports, "--lost", "a cup", "--lost-photo", str(photos["green"]), "--json"]
    out = json.loads(reunite_here(clip, *arguments))
    assert out["encoder"].startswith("tiny-clip")
    assert {match["photo"] for match in out["matches"]} == {str(path) for path in photos.values()}
    assert out["matches"][0]["photo"] == str(photos["green"])


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["try", "--found", "no-such.jpg", "--lost", "cup"], "There's no photo at no-such.jpg."),
        (["try", "--found", __file__], "Say what was lost"),
        (["match", "no-such-set", "--out", "p.jsonl"], "gallery.jsonl can't be read"),
        (["bot", "irc"], "There's no bot for 'irc'"),
        (["bot", "discord"], "REUNITE_DISCORD_TOKEN"),
        (["bot", "slack"], "REUNITE_SLACK_BOT_TOKEN"),
    ],
)
def test_a_mistake_is_explained_in_one_sentence(
    environment: dict[str, str], arguments: list[str], sentence: str
) -> None:
    told = CliRunner().invoke(app, arguments, env=environment)  # a process takes a second to start
    assert told.exit_code
    assert isinstance(told.exception, SystemExit)
    assert sentence in told.stderr


def test_a_database_that_is_away_is_explained_in_one_sentence(environment: dict[str, str]) -> None:
    away = {**environment, "REUNITE_DATABASE_URL": "postgresql://reunite_app@127.0.0.1:1/reunite"}
    text = reunite_here({**away, "REUNITE_OWNER_DATABASE_URL": ""}, "migrate", fails=True)
    assert "refused" in text
    assert "Traceback" not in text


def test_a_database_without_its_schema_is_explained_in_one_sentence(environment: dict[str, str]) -> None:
    empty = psycopg.conninfo.make_conninfo(environment["REUNITE_OWNER_DATABASE_URL"], dbname="postgres")
    text = reunite_here({**environment, "REUNITE_DATABASE_URL": empty}, "bot", "web", fails=True)
    assert "`reunite migrate`" in text.splitlines()[-1]
    assert "Traceback" not in text


def test_a_taken_port_is_explained_in_one_sentence(environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        text = reunite_here({**environment, "REUNITE_PORT": port}, "bot", "web", fails=True)
    assert text.splitlines()[-1] == f"Port {port} is already in use. Choose another with PORT=."


@pytest.mark.encoder
def test_match_ranks_a_set_and_never_reads_its_answers(
    environment: dict[str, str], photos: dict[str, Path], tmp_path: Path
) -> None:
    gallery = [
        {"id": colour, "photos": [path.name], "text": None, "place": None, "at": None}
        for colour, path in photos.items()
    ]
    query = {"id": "q", "photos": ["blue.jpg"], "text": None, "place": None, "at": "2026-10-24T21:02", "matches": 0}
    for name, rows in (("gallery", gallery), ("queries", [query])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    out = tmp_path / "predictions.jsonl"
    reunite_here({**environment, "REUNITE_ENCODER": "concept"}, "match", str(tmp_path), "--out", str(out))
    [prediction] = [json.loads(line) for line in out.read_text().splitlines()]
    assert prediction["id"] == "q"
    assert prediction["results"][0]["id"] == "blue"
    assert sum(result["probability"] for result in prediction["results"]) <= 1


def test_match_takes_vectors_of_a_model_that_is_not_here(environment: dict[str, str], tmp_path: Path) -> None:
    gallery = [{"id": name, "photos": [f"{name}.jpg"]} for name in ("near", "far")]
    for row in gallery:
        (tmp_path / row["photos"][0]).write_bytes(drawing("red"))  # only the vectors differ
    for name, rows in (("gallery", gallery), ("queries", [{"id": "q", "text": "my zither"}])):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    arrays: dict[str, Any] = {
        "photos": np.array([[1, 0, 0], [0, 1, 0.5]]),
        "photo_names": np.array(["far.jpg", "near.jpg"]),
        "texts": np.array([[0.5, 0.6, 0.5]]),
        "text_strings": np.array(["my zither"]),
    }
    np.savez(tmp_path / "vectors.npz", **arrays)
    out = tmp_path / "predictions.jsonl"
    options = ["--out", str(out), "--vectors", str(tmp_path / "vectors.npz"), "--as", "openai/clip-vit-large-patch14"]
    reunite_here(environment, "match", str(tmp_path), *options)
    [prediction] = [json.loads(line) for line in out.read_text().splitlines()]
    assert [result["id"] for result in prediction["results"]] == ["near", "far"]
    assert prediction["results"][0]["shown"]


def test_doctor_says_what_is_missing_and_what_to_do(
    environment: dict[str, str],
) -> None:
    findings = {finding["what"]: finding for finding in json.loads(reunite_here(environment, "doctor", "--json"))}
    assert findings["its schema"]["ok"]
    assert findings["its role"]["found"] == "reunite_app"
    assert not findings["Discord"]["ok"]
    text = reunite_here({**environment, "REUNITE_REDIS_URL": "redis://127.0.0.1:1"}, "doctor", fails=True)
    assert text == ""


def test_doctor_needs_no_platforms_library(
    environment: dict[str, str],
) -> None:
    hidden = "import sys; sys.modules |= dict.fromkeys(['discord', 'slack_bolt', 'slack_sdk'])"
    command = [sys.executable, "-c", f"{hidden}; from cli.main import app; app(['doctor'])"]
    doctor = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (doctor.returncode, doctor.stderr) == (0, "")
