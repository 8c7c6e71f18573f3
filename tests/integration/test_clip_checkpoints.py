"""Checkpoints as they were published over the years give the vectors that plain transformers gives."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from reunite.encoder import SHARED_SPACE
from tests.contract.encoders import PHOTOS, seen
from tests.support.checkpoints import make_tiny_clip, make_tiny_siglip
from workers.encoders import EncoderUnavailableError

pytestmark = pytest.mark.encoder

EARLY_CLIP = {
    "crop_size": 24,
    "do_center_crop": True,
    "do_normalize": True,
    "do_resize": True,
    "feature_extractor_type": "CLIPFeatureExtractor",
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "resample": 3,
    "size": 32,
}
IMAGE_PROCESSORS: dict[str, dict[str, Any]] = {
    "of 2021": EARLY_CLIP | {"crop_size": 32},
    "not normalised": {
        "image_processor_type": "CLIPImageProcessor",
        "size": 32,
        "crop_size": 32,
        "do_normalize": False,
    },
    "not rescaled": {"image_processor_type": "CLIPImageProcessor", "size": 32, "crop_size": 32, "do_rescale": False},
    "another filter": {"image_processor_type": "CLIPImageProcessor", "size": 32, "crop_size": 32, "resample": 2},
    "a larger edge": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 40}, "crop_size": 32},
}
LIGHT = """
import sys
from workers.encoders.clip import ClipEncoder
ClipEncoder(sys.argv[1]).encode_texts(["black backpack"])
print(*{"torch._dynamo", "torch.distributed.tensor", "sympy", "transformers.modeling_utils"} & sys.modules.keys())
"""


def assert_like_plain_transformers(folder: Path) -> None:
    from tests.doubles import plain_transformers
    from workers.encoders.clip import PLAIN, ClipEncoder

    encoder = ClipEncoder(str(folder), dtype="float32", device="cpu", templates=PLAIN)
    [photo] = seen(encoder, PHOTOS[:1])[SHARED_SPACE]
    assert photo @ plain_transformers.photo_vector(folder, PHOTOS[0]) > 0.9999
    [text] = encoder.encode_texts(["black backpack"])[SHARED_SPACE]
    assert text @ plain_transformers.text_vector(folder, "black backpack") > 0.9999


@pytest.mark.parametrize("name", IMAGE_PROCESSORS)
def test_photos_are_prepared_as_the_file_says(tmp_path: Path, name: str) -> None:
    make_tiny_clip(tmp_path, 1)
    (tmp_path / "processor_config.json").unlink()
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(IMAGE_PROCESSORS[name]), "utf-8")
    assert_like_plain_transformers(tmp_path)


def test_the_newer_file_takes_precedence_unless_it_is_about_texts(tmp_path: Path) -> None:
    from workers.encoders.preprocessing import read_preprocessing

    make_tiny_clip(tmp_path, 1)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(EARLY_CLIP), "utf-8")
    assert read_preprocessing(tmp_path, "clip").framing.width == 32
    (tmp_path / "processor_config.json").write_text('{"processor_class": "CLIPProcessor"}', "utf-8")
    assert read_preprocessing(tmp_path, "clip").framing.width == 24


def test_a_checkpoint_without_a_word_on_photos_is_refused(tmp_path: Path) -> None:
    from workers.encoders.clip import ClipEncoder

    make_tiny_siglip(tmp_path, 1)
    (tmp_path / "preprocessor_config.json").unlink()
    with pytest.raises(EncoderUnavailableError, match="preprocessor_config"):
        ClipEncoder(str(tmp_path))


def test_the_first_checkpoints_end_token_is_the_last_of_the_vocabulary(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path, 1)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    assert config["text_config"]["eos_token_id"] > 2
    config["text_config"]["eos_token_id"] = 2
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    assert_like_plain_transformers(tmp_path)


def test_other_activations_are_computed_or_refused(tmp_path: Path) -> None:
    from workers.encoders.clip import ClipEncoder

    make_tiny_clip(tmp_path, 1)
    config = json.loads((tmp_path / "config.json").read_text("utf-8"))
    for part in ("text_config", "vision_config"):
        config[part]["hidden_act"] = "gelu"
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    assert_like_plain_transformers(tmp_path)
    config["vision_config"]["hidden_act"] = "relu"
    (tmp_path / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(EncoderUnavailableError, match="relu"):
        ClipEncoder(str(tmp_path))


def test_weights_in_several_files_are_read(tmp_path: Path) -> None:
    from transformers import CLIPModel

    make_tiny_clip(tmp_path, 1)
    model = CLIPModel.from_pretrained(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    model.save_pretrained(tmp_path, max_shard_size="50KB")
    assert len(list(tmp_path.glob("*.safetensors"))) > 1
    assert_like_plain_transformers(tmp_path)


def test_without_a_compiler_and_the_models_of_transformers(tmp_path: Path) -> None:
    make_tiny_clip(tmp_path, 1)
    command = (sys.executable, "-c", LIGHT, str(tmp_path))
    loaded = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert not loaded.strip(), "they take 100 MB of memory"


def test_float32_weights_stay_pages_of_their_file(tmp_path: Path) -> None:
    import torch
    from transformers import AutoConfig

    from workers.encoders.clip_network import load_network

    make_tiny_clip(tmp_path, 1)
    weights = tmp_path / "model.safetensors"
    network = load_network(tmp_path, AutoConfig.from_pretrained(tmp_path), torch.float32)
    place = network.get_parameter("visual_projection.weight").data_ptr()
    mapped = [line.split() for line in Path("/proc/self/maps").read_text("utf-8").splitlines() if str(weights) in line]
    assert any(start <= place < end for start, end in ([int(edge, 16) for edge in row[0].split("-")] for row in mapped))
    assert np.isfinite(network.photos(torch.zeros(1, 3, 32, 32)).numpy()).all()
