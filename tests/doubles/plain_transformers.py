"""The vectors of transformers used as its documentation says, to compare the encoders with."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from transformers import AutoModel, AutoProcessor, AutoTokenizer

from reunite.encoder import Pixels


def photo_vector(folder: Path, pixels: Pixels) -> NDArray[np.float32]:
    model = AutoModel.from_pretrained(folder).eval()
    processor = AutoProcessor.from_pretrained(folder)
    inputs = processor(images=Image.fromarray(pixels), input_data_format="channels_last", return_tensors="pt")
    with torch.no_grad():
        return _unit(model.get_image_features(pixel_values=inputs["pixel_values"]).pooler_output)


def text_vector(folder: Path, text: str) -> NDArray[np.float32]:
    model, tokenizer = AutoModel.from_pretrained(folder).eval(), AutoTokenizer.from_pretrained(folder)
    limit = model.config.text_config.max_position_embeddings
    is_siglip = model.config.model_type == "siglip"
    padding = "max_length" if is_siglip else False
    tokens = tokenizer(text.lower() if is_siglip else text, padding=padding, max_length=limit, return_tensors="pt")
    with torch.no_grad():
        return _unit(model.get_text_features(**tokens).pooler_output)


def _unit(features: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray((features / features.norm(dim=1, keepdim=True)).numpy()[0], np.float32)
