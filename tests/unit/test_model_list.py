"""`reunite model list` shows what is known, and the speed of this machine once it was measured."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.bench.speeds import keep, speeds
from cli.main import app
from workers.encoders.catalogue import checkpoints


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("REUNITE_HOME", str(tmp_path))
    return tmp_path


def listed(*options: str, columns: int = 80) -> str:
    done = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, ["model", "list", *options])
    assert done.exit_code == 0, done.output
    return done.output


def test_every_checkpoint_is_listed_with_its_numbers(home: Path) -> None:
    rows = {row["alias"]: row for row in json.loads(listed("--json"))}
    assert list(rows) == [checkpoint.alias for checkpoint in checkpoints()]
    assert rows["l14"]["weights_bytes"] == {"float32": 1_710_466_052, "bfloat16": 855_233_026}
    assert rows["siglip2"]["measured"] is None
    assert not (home / "speeds.json").exists()
    table = listed()
    assert "–: not yet" in table
    assert "…" not in table
    assert "36.5%" in table
    assert table.count("README_siglip2.md") == 1


@pytest.mark.usefixtures("home")
def test_a_narrow_terminal_cuts_nothing_off() -> None:
    assert listed(columns=40).splitlines()[:8] == listed(columns=80).splitlines()[:8]


def test_a_measured_speed_is_shown(home: Path) -> None:
    keep(home, "openai/clip-vit-base-patch32", {"photos_per_second": 12.34, "texts_per_second": 5.0}, 2)
    keep(home, "concept", {"photos_per_second": 30.0, "texts_per_second": 50.0}, 2)
    assert speeds(home)["openai/clip-vit-base-patch32"]["threads"] == 2
    assert "12.3" in listed()
    rows = {row["alias"]: row for row in json.loads(listed("--json"))}
    assert rows["concept"]["measured"]["photos_per_second"] == 30.0
    (home / "speeds.json").write_text("nonsense")
    assert speeds(home) == {}


def test_the_documents_table_says_the_same() -> None:
    document = (Path(__file__).parents[2] / "docs/models.md").read_text("utf-8")
    rows = {cells[1]: cells for line in document.splitlines() if len(cells := line.split(" | ")) == 9}
    for checkpoint in checkpoints():
        [cells] = [cells for cells in rows.values() if cells[0] == f"| `{checkpoint.alias}`"]
        assert cells[1].removeprefix("[").startswith(checkpoint.title)
        assert checkpoint.name in cells[1] or checkpoint.alias == "concept"
        assert cells[2:8] == [
            str(checkpoint.dimension),
            f"{checkpoint.parameters:,}",
            f"{checkpoint.coco:.1%}" if checkpoint.coco else "–",
            f"{checkpoint.flickr:.1%}" if checkpoint.flickr else "–",
            checkpoint.languages.partition(",")[0],
            checkpoint.licence,
        ]
        assert cells[8] == f"{checkpoint.weights} |"
