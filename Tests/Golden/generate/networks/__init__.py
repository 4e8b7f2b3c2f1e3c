"""The networks in PyTorch, by the names that recipes give them.

Each file holds one network. Its modules have the names of the Swift network's parameters: `state_dict` keys and
checkpoint names are the same. Inputs are float32 [N, 3, H, W], outputs logits [N, 10].
"""

from dataclasses import dataclass
from typing import Callable

from torch import nn

from .adaptive_conv import AdaptiveConvNet
from .airbench import Airbench
from .alexnet import AlexNet
from .pyramidnet import PyramidNet
from .resnet import ResNet
from .small_cnn import SmallCNN


@dataclass(frozen=True)
class Reference:
    """A network and what its golden pass reads."""

    make: Callable[[], nn.Module]
    #: Height and width of the input.
    side: int = 32
    #: Images in the golden pass.
    batch: int = 4
    #: Learning rate of the steps that compare_precision.py takes; the loss falls with it.
    rate: float = 0.1
    #: Whether models.safetensors has its golden pass.
    is_golden: bool = True


REFERENCES = {
    "small-cnn": Reference(SmallCNN, rate=0.01),
    # Dropout masks can't be compared, so there are none.
    "alexnet": Reference(lambda: AlexNet(dropout=0), side=227, batch=2, rate=0.001),
    "resnet20": Reference(lambda: ResNet(blocks=3, version=1)),
    "resnet29v2": Reference(lambda: ResNet(blocks=3, version=2)),
    "pyramidnet": Reference(PyramidNet),
    "adaptive-conv": Reference(AdaptiveConvNet),
    "airbench": Reference(Airbench, is_golden=False),
    # PyramidNet with two blocks a stage: 110 layers magnify rounding, 14 do not.
    "pyramidnet-2": Reference(lambda: PyramidNet(blocks=2)),
}
