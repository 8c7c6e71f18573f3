"""The baseline loop over photos, as in the documentation of `transformers`, for comparisons."""

from collections.abc import Callable, Mapping

import torch
from PIL import Image
from transformers import AutoImageProcessor, AutoModel

from reunite.encoder import SHARED_SPACE, Pixels, Vectors
from workers.encoders.hub import obtain


def baseline_clip(name_or_folder: str) -> Callable[[Pixels], Mapping[str, Vectors]]:
    """Load CLIP or SigLIP of `transformers` in float32, and return a function that embeds one whole photo."""
    folder = obtain(name_or_folder, lambda _: None, local_files_only=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = AutoModel.from_pretrained(folder, use_safetensors=True, local_files_only=True, dtype=torch.float32)
    model.eval().to(device)
    processor = AutoImageProcessor.from_pretrained(folder, local_files_only=True, backend="pil")

    def vectors(photo: Pixels) -> Mapping[str, Vectors]:
        inputs = processor(images=Image.fromarray(photo), input_data_format="channels_last", return_tensors="pt")
        with torch.inference_mode():
            features: torch.Tensor = model.get_image_features(**inputs.to(device)).pooler_output
        normalised: Vectors = torch.nn.functional.normalize(features, dim=1).cpu().numpy()
        return {SHARED_SPACE: normalised}

    return vectors
