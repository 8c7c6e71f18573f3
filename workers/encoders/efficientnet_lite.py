"""EfficientNet-Lite2 (Tan and Le, 2019; Google's "lite" variant of 2020), for inference, from its state dict."""

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

SIDE = 260
"""Height and width of the input in pixels: the size the weights were trained at."""
FEATURES, CLASSES = 1280, 1000

NORM_EPSILON = 1e-3


class Stage(NamedTuple):
    """A sequence of blocks; the first may reduce the resolution."""

    blocks: int
    kernel: int
    stride: int


# EfficientNet-B0's stages with the depth times 1.2, rounded up; "lite" doesn't scale the first and the last.
STAGES = (
    Stage(1, 3, 1),
    Stage(3, 3, 2),
    Stage(3, 5, 2),
    Stage(4, 3, 2),
    Stage(4, 5, 1),
    Stage(5, 5, 2),
    Stage(1, 3, 1),
)


class Weights:
    """A state dict whose tensors are taken exactly once, so none can be missing or left over."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        self._left = {name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")}

    def take(self, name: str) -> Tensor:
        """Take a tensor. Raises KeyError if the state dict lacks it."""
        return self._left.pop(name)

    def has(self, name: str) -> bool:
        return name in self._left

    def finish(self) -> None:
        """Check that all tensors were taken. Raises ValueError."""
        if self._left:
            raise ValueError(f"The state dict has tensors that the network lacks: {sorted(self._left)[:3]}")


class Convolution(nn.Module):
    """A convolution with batch normalisation folded in and TensorFlow's SAME padding."""

    def __init__(self, weights: Weights, conv: str, norm: str, *, stride: int = 1, depthwise: bool = False) -> None:
        super().__init__()
        kernel = weights.take(f"{conv}.weight")
        scale = weights.take(f"{norm}.weight") / torch.sqrt(weights.take(f"{norm}.running_var") + NORM_EPSILON)
        bias = weights.take(f"{norm}.bias") - weights.take(f"{norm}.running_mean") * scale
        folded = (kernel * scale.view(-1, 1, 1, 1)).contiguous(memory_format=torch.channels_last)
        self.weight = nn.Parameter(folded, requires_grad=False)
        self.bias = nn.Parameter(bias, requires_grad=False)
        self.stride = stride
        self.groups = len(kernel) if depthwise else 1

    def forward(self, x: Tensor) -> Tensor:
        """Map N × channels × height × width to N × channels × height/stride × width/stride, sizes rounded up."""
        kernel = self.weight.shape[-1]
        if self.stride == 1:
            return functional.conv2d(x, self.weight, self.bias, padding=kernel // 2, groups=self.groups)
        pads = []
        for size in (x.shape[-1], x.shape[-2]):
            total = max((-(-size // self.stride) - 1) * self.stride + kernel - size, 0)
            pads += [total // 2, total - total // 2]
        return functional.conv2d(functional.pad(x, pads), self.weight, self.bias, self.stride, groups=self.groups)


class Block(nn.Module):
    """An inverted bottleneck: expand, filter each channel, project; added to its input if the shapes match."""

    def __init__(self, weights: Weights, prefix: str, stride: int) -> None:
        super().__init__()
        widens = weights.has(f"{prefix}._expand_conv.weight")
        self.expand = Convolution(weights, f"{prefix}._expand_conv", f"{prefix}._bn0") if widens else None
        self.depthwise = Convolution(
            weights, f"{prefix}._depthwise_conv", f"{prefix}._bn1", stride=stride, depthwise=True
        )
        self.project = Convolution(weights, f"{prefix}._project_conv", f"{prefix}._bn2")

    def forward(self, x: Tensor) -> Tensor:
        wide = x if self.expand is None else functional.relu6(self.expand(x), inplace=True)
        narrow: Tensor = self.project(functional.relu6(self.depthwise(wide), inplace=True))
        return narrow + x if narrow.shape == x.shape else narrow


class EfficientNetLite2(nn.Module):
    """Maps N × 3 × 260 × 260 (RGB as (0…255 − 127) / 128) to features N × 1280 and class logits N × 1000."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        weights = Weights(state)
        self.stem = Convolution(weights, "_conv_stem", "_bn0", stride=2)
        strides = [stage.stride if first == 0 else 1 for stage in STAGES for first in range(stage.blocks)]
        self.blocks = nn.Sequential(*(Block(weights, f"_blocks.{i}", stride) for i, stride in enumerate(strides)))
        self.head = Convolution(weights, "_conv_head", "_bn1")
        self.classifier = nn.Linear(FEATURES, CLASSES)
        self.classifier.load_state_dict({"weight": weights.take("_fc.weight"), "bias": weights.take("_fc.bias")})
        weights.finish()
        self.requires_grad_(requires_grad=False).eval()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return pooled features and logits."""
        wide = functional.relu6(self.head(self.blocks(functional.relu6(self.stem(x), inplace=True))), inplace=True)
        features = wide.mean(dim=(2, 3))
        return features, self.classifier(features)
