"""CLIP and SigLIP: one space shared by photos and texts."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoTokenizer

from reunite.encoder import SHARED_SPACE, Framing, Vectors, Views
from reunite.text.embedded_words import reading_version
from reunite.text.negation import strip_negations
from reunite.text.normalise import normalise
from workers.encoders import EncoderUnavailableError
from workers.encoders.chunks import chunks
from workers.encoders.clip_network import Network, load_network
from workers.encoders.hub import local_folder, obtain
from workers.encoders.precision import fastest_dtype
from workers.encoders.preprocessing import Preprocessing, read_preprocessing

_KINDS: Final = ("clip", "siglip")
_HASHED: Final = {".json", ".txt", ".model", ".safetensors"}
_HASH_LENGTH: Final = 12
_SHORT_HASH_LENGTH: Final = 6
_BATCH: Final = 64
_MAX_MONOLINGUAL_VOCABULARY: Final = 100_000
"""CLIP's vocabulary has 49,408 tokens and SigLIP's 32,000; multilingual ones have 250,000 or more."""

PLAIN: Final = ("{}",)
TEMPLATES: Final = (*PLAIN, "a photo of {}", "a photo of a lost thing: {}")
"""Prompts for a text: models are trained on captions, and the mean over several prompts is more robust."""


class ClipEncoder:
    """Any CLIP or SigLIP checkpoint in the format of `transformers`, by a hub's name[@revision] or from a folder.

    Reads only safetensors, because pickled weights can run code. Texts are normalised: translated to English, on which
    CLIP was trained, and stripped of negations, which CLIP ignores. A multilingual model, recognised by its large
    vocabulary, gets them in their own language. A text's embedding is the mean over the templates, and over its pieces
    if it exceeds the model's limit (77 tokens in CLIP, 64 in SigLIP). Raises EncoderUnavailableError if the checkpoint
    can't be obtained or isn't of this kind.
    """

    def __init__(
        self,
        name_or_folder: str,
        *,
        device: str | None = None,
        dtype: Literal["auto", "float32", "bfloat16"] = "auto",
        templates: Sequence[str] | None = None,
        local_files_only: bool = False,
    ) -> None:
        folder = obtain(name_or_folder, lambda _: None, local_files_only=local_files_only)
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._dtype = _fastest(self._device) if dtype == "auto" else getattr(torch, dtype)
        config, self._tokenizer, preprocessing, network = _load(folder, self._dtype)
        self._network, self._preprocessing = network.to(self._device), preprocessing.to(self._device)
        self._text_limit = int(config.text_config.max_position_embeddings)
        self._is_siglip = config.model_type == "siglip"
        self._is_multilingual = int(config.text_config.vocab_size) > _MAX_MONOLINGUAL_VOCABULARY
        self._templates = templates or (PLAIN if self._is_multilingual else TEMPLATES)
        self._longest_template = max(self._templates, key=self._count_tokens)
        self._version = f"{_version(name_or_folder, folder)}+{_hash_of_prompts(self._templates)}"
        self._dimension = int(self._text_features([""]).shape[1])

    @property
    def version(self) -> str:
        """The model's name, a prefix of its revision or of its files' hash, and a prefix of the prompts' hash."""
        return self._version

    @property
    def spaces(self) -> Mapping[str, int]:
        """One space for all pair kinds, with the dimension of the model's projection."""
        return {SHARED_SPACE: self._dimension}

    @property
    def framing(self) -> Framing:
        """The view that the checkpoint's image processor makes."""
        return self._preprocessing.framing

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        """Embed photos, n × dimension."""
        if not images:
            return {SHARED_SPACE: np.empty((0, self._dimension), np.float32)}
        return {SHARED_SPACE: _unit(self._image_features(self._inputs(images)))}

    def forward_only(self, images: Sequence[Views]) -> Callable[[], object]:
        """Prepare photos, and return a function that runs only the network on them, to measure it."""
        inputs = self._inputs(images)
        return lambda: self._image_features(inputs)

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """Embed texts, n × dimension."""
        if not texts:
            return {SHARED_SPACE: np.empty((0, self._dimension), np.float32)}
        pieces = [chunks(self._readable(text), self._fits) for text in texts]
        prompts = [
            template.format(piece) for text_pieces in pieces for piece in text_pieces for template in self._templates
        ]
        batches = (prompts[start : start + _BATCH] for start in range(0, len(prompts), _BATCH))
        vectors = np.concatenate([_unit(self._text_features(batch)) for batch in batches])
        ends = np.cumsum([len(text_pieces) * len(self._templates) for text_pieces in pieces])
        means = np.stack([part.mean(axis=0) for part in np.split(vectors, ends[:-1])])
        return {SHARED_SPACE: means / np.linalg.norm(means, axis=1, keepdims=True)}

    def _readable(self, text: str) -> str:
        readable = strip_negations(text) if self._is_multilingual else normalise(text)
        return readable.lower() if self._is_siglip else readable  # as SigLIP was trained

    def _inputs(self, images: Sequence[Views]) -> torch.Tensor:
        pixels = torch.from_numpy(np.concatenate(images)).permute(0, 3, 1, 2).to(self._device)
        return self._preprocessing.normalised(pixels).to(self._dtype)

    def _image_features(self, inputs: torch.Tensor) -> torch.Tensor:
        with torch.inference_mode():
            return self._network.photos(inputs)

    def _fits(self, text: str) -> bool:
        return self._count_tokens(self._longest_template.format(text)) <= self._text_limit

    def _count_tokens(self, text: str) -> int:
        return len(self._tokenizer(text, verbose=False)["input_ids"])  # verbose would warn about the length

    def _text_features(self, texts: Sequence[str]) -> torch.Tensor:
        padding = "max_length" if self._is_siglip else "longest"
        tokens = self._tokenizer(
            list(texts), padding=padding, truncation=True, max_length=self._text_limit, return_tensors="pt"
        )
        with torch.inference_mode():
            return self._network.texts(tokens["input_ids"].to(self._device))


def _load(folder: Path, dtype: torch.dtype) -> tuple[Any, Any, Preprocessing, Network]:
    """Load configuration, tokenizer, preprocessing and network."""
    if not any(folder.glob("*.safetensors")):
        raise EncoderUnavailableError(
            f"{folder} has no safetensors, and pickled weights aren't loaded. Use a revision or a copy that has them."
        )
    options: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(folder, **options)
        if config.model_type not in _KINDS:
            raise EncoderUnavailableError(f"The model in {folder} is neither CLIP nor SigLIP: {config.model_type}.")
        tokenizer = AutoTokenizer.from_pretrained(folder, **options)
        return config, tokenizer, read_preprocessing(folder, config.model_type), load_network(folder, config, dtype)
    except (
        OSError,
        ValueError,
        TypeError,
        AttributeError,
        ImportError,
        KeyError,
        RuntimeError,
        SafetensorError,
    ) as error:
        raise EncoderUnavailableError(f"The model in {folder} can't be loaded: {error}") from error


def _fastest(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float32
    return fastest_dtype()


def _version(name_or_folder: str, folder: Path) -> str:
    if local_folder(name_or_folder) is None:
        name, revision = name_or_folder.partition("@")[0], folder.name  # the cache names snapshots by commit
    else:
        name, revision = folder.name, _hash_of_files(folder)
    return f"{name}@{revision[:_HASH_LENGTH]}"


def _hash_of_prompts(templates: Sequence[str]) -> str:
    """Hash all that decides the prompts of a text; a multilingual model gets several things in English, too."""
    return hashlib.sha256("\n".join((*templates, reading_version())).encode()).hexdigest()[:_SHORT_HASH_LENGTH]


def _hash_of_files(folder: Path) -> str:
    """Hash everything the embeddings depend on: weights, configuration, tokenizer, preprocessing."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.iterdir() if path.suffix in _HASHED):
        with path.open("rb") as file:
            total.update(path.name.encode() + b"\0" + hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()


def _unit(features: torch.Tensor) -> Vectors:
    vectors: Vectors = torch.nn.functional.normalize(features.float(), dim=1).cpu().numpy()
    return vectors
