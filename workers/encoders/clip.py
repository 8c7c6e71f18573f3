"""CLIP and SigLIP: one space that photos and words share."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

from reunite.encoder import SHARED_SPACE, Pixels, Vectors
from reunite.matching.negation import tables, what_is_said
from workers.encoders import EncoderUnavailableError
from workers.encoders.chunks import chunks
from workers.encoders.hub import local_folder, obtain
from workers.encoders.precision import fastest_dtype

_HASHED: Final = {".json", ".txt", ".model", ".safetensors"}
_HASH_LENGTH: Final = 12
_SHORT_HASH_LENGTH: Final = 6
_TEXTS_A_BATCH: Final = 64

PLAIN: Final = ("{}",)
TEMPLATES: Final = (*PLAIN, "a photo of {}", "a photo of a lost thing: {}")
"""How a text is put to the model: it learnt from captions, and the mean over several wordings is steadier than one."""


class ClipEncoder:
    """Any CLIP or SigLIP checkpoint that `transformers` loads, by a hub's name[@revision] or from a folder.

    Only safetensors are read, since pickled weights can run code. Known words of other languages are put in English,
    which CLIP learnt, and "not the red one" is left out, since CLIP would take it for red. A text's vector is the mean
    over the templates, and over the pieces of a text beyond the model's limit (77 tokens in CLIP, 64 in SigLIP).
    Raises EncoderUnavailableError where the checkpoint can't be had or isn't of this kind.
    """

    def __init__(
        self,
        name_or_folder: str,
        *,
        device: str | None = None,
        dtype: Literal["auto", "float32", "bfloat16"] = "auto",
        templates: Sequence[str] = TEMPLATES,
        local_files_only: bool = False,
    ) -> None:
        folder = obtain(name_or_folder, lambda _: None, local_files_only=local_files_only)
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._dtype = _fastest(self._device) if dtype == "auto" else getattr(torch, dtype)
        self._model, self._tokenizer, self._preprocess = _load(folder, self._dtype)
        self._model.to(self._device).eval()
        config = self._model.config
        self._text_limit = int(config.text_config.max_position_embeddings)
        self._padding = "max_length" if config.model_type.startswith("siglip") else "longest"  # as SigLIP was trained
        self._templates = templates
        self._longest_template = max(templates, key=self._count_tokens)
        self._version = f"{_version(name_or_folder, folder)}+{_hash_of_wording(templates)}"
        self._dimension = int(self._text_features([""]).shape[1])

    @property
    def version(self) -> str:
        """The model's name, the first digits of its revision or of its files' hash, and of the wording's."""
        return self._version

    @property
    def spaces(self) -> Mapping[str, int]:
        """One space for all kinds of pairs, of the model's projection's dimension."""
        return {SHARED_SPACE: self._dimension}

    def encode_images(self, images: Sequence[Pixels]) -> Mapping[str, Vectors]:
        """Vectors of the photos, n × dimension."""
        if not images:
            return {SHARED_SPACE: np.empty((0, self._dimension), np.float32)}
        inputs = self._preprocess(
            images=[Image.fromarray(pixels) for pixels in images],
            input_data_format="channels_last",  # said, for a photo 3 pixels high could be taken for 3 channels
            return_tensors="pt",
        ).to(self._device, dtype=self._dtype)
        with torch.inference_mode():
            return {SHARED_SPACE: _unit(self._model.get_image_features(**inputs).pooler_output)}

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Vectors of the texts, n × dimension."""
        if not texts:
            return {SHARED_SPACE: np.empty((0, self._dimension), np.float32)}
        pieces = [chunks(what_is_said(text), self._fits) for text in texts]
        worded = [template.format(piece) for each in pieces for piece in each for template in self._templates]
        batches = (worded[first : first + _TEXTS_A_BATCH] for first in range(0, len(worded), _TEXTS_A_BATCH))
        vectors = np.concatenate([_unit(self._text_features(batch)) for batch in batches])
        ends = np.cumsum([len(each) * len(self._templates) for each in pieces])
        means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends[:-1])])
        return {SHARED_SPACE: means / np.linalg.norm(means, axis=1, keepdims=True)}

    def _fits(self, text: str) -> bool:
        return self._count_tokens(self._longest_template.format(text)) <= self._text_limit

    def _count_tokens(self, text: str) -> int:
        return len(self._tokenizer(text, verbose=False)["input_ids"])  # silent about length: that is what is asked

    def _text_features(self, texts: Sequence[str]) -> torch.Tensor:
        tokens = self._tokenizer(
            list(texts), padding=self._padding, truncation=True, max_length=self._text_limit, return_tensors="pt"
        )
        wanted = {name: tokens[name].to(self._device) for name in ("input_ids", "attention_mask") if name in tokens}
        with torch.inference_mode():
            features: torch.Tensor = self._model.get_text_features(**wanted).pooler_output
        return features


def _load(folder: Path, dtype: torch.dtype) -> tuple[Any, Any, Any]:
    """Model, tokenizer and image processor; what the classes are is known only once the files are read."""
    if not any(folder.glob("*.safetensors")):
        raise EncoderUnavailableError(
            f"{folder} has no safetensors, and pickled weights aren't loaded. Use a revision or a copy that has them."
        )
    known: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        model, loading = AutoModel.from_pretrained(
            folder, use_safetensors=True, dtype=dtype, output_loading_info=True, **known
        )
        tokenizer = AutoTokenizer.from_pretrained(folder, **known)
        # Pillow's resizing on every machine: torchvision's gives slightly other vectors.
        preprocess = AutoImageProcessor.from_pretrained(folder, backend="pil", **known)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, ImportError, KeyError, RuntimeError, SafetensorError) as error:
        raise EncoderUnavailableError(f"The model in {folder} can't be loaded: {error}") from error
    if not (hasattr(model, "get_image_features") and hasattr(model, "get_text_features")):
        raise EncoderUnavailableError(f"The model in {folder} is neither CLIP nor SigLIP: {type(model).__name__}.")
    if loading["missing_keys"]:  # transformers would go on with random numbers in their place
        raise EncoderUnavailableError(
            f"The model in {folder} is missing weights, such as {min(loading['missing_keys'])}."
        )
    return model, tokenizer, preprocess


def _fastest(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    return fastest_dtype()


def _version(name_or_folder: str, folder: Path) -> str:
    if local_folder(name_or_folder) is None:
        name, revision = name_or_folder.partition("@")[0], folder.name  # the cache names a snapshot by its commit
    else:
        name, revision = folder.name, _hash_of_files(folder)
    return f"{name}@{revision[:_HASH_LENGTH]}"


def _hash_of_wording(templates: Sequence[str]) -> str:
    """Hash what is made of a text before the model sees it."""
    return hashlib.sha256("\n".join((*templates, tables())).encode()).hexdigest()[:_SHORT_HASH_LENGTH]


def _hash_of_files(folder: Path) -> str:
    """Hash all that the vectors depend on: weights, configuration, tokenizer, preprocessing."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _HASHED):
        with path.open("rb") as file:
            total.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _unit(features: torch.Tensor) -> Vectors:
    vectors: Vectors = torch.nn.functional.normalize(features.float(), dim=1).cpu().numpy()
    return vectors
