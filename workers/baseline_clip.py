"""The baseline loop over photos, as in the documentation of `transformers`, for comparisons."""

from collections.abc import Mapping

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModel

from reunite.encoder import SHARED_SPACE, Pixels, Vectors
from workers.encoders.hub import obtain


class BaselineClip:
    """CLIP or SigLIP of `transformers` in float32: one whole photo at a time."""

    def __init__(self, name_or_folder: str) -> None:
        folder = obtain(name_or_folder, lambda _: None, local_files_only=True)
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = AutoModel.from_pretrained(
            folder, use_safetensors=True, local_files_only=True, dtype=torch.float32
        )
        self._model.eval().to(self._device)
        self._processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")

    def baseline_vectors(self, photo: Pixels) -> Mapping[str, Vectors]:
        """Embed a photo."""
        image = Image.fromarray(photo)
        inputs = self._processor(images=image, input_data_format="channels_last", return_tensors="pt").to(self._device)
        with torch.inference_mode():
            features: torch.Tensor = self._model.get_image_features(**inputs).pooler_output
        vectors: Vectors = torch.nn.functional.normalize(features, dim=1).cpu().numpy()
        return {SHARED_SPACE: vectors}
