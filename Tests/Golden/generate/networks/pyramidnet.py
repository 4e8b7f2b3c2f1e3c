"""PyramidNet, which widens in every block.

Source: Han, Kim and Kim, 2017, arXiv:1610.02915.
"""

import torch.nn.functional as F
from torch import nn

from .convolution import convolution


class PyramidBlock(nn.Module):
    """Norm, convolution, norm, ReLU, convolution, norm, sum.

    The shortcut has zeros as its further channels, and 2×2 average pooling in ceil mode where the stride is 2.
    """

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(inputs), convolution(inputs, outputs, 3, stride)
        self.norm2, self.conv2 = nn.BatchNorm2d(outputs), convolution(outputs, outputs, 3)
        self.norm3 = nn.BatchNorm2d(outputs)
        self.stride, self.extra = stride, outputs - inputs

    def forward(self, x):
        shortcut = F.pad(x, (0, 0, 0, 0, 0, self.extra))
        if self.stride == 2:
            shortcut = F.avg_pool2d(shortcut, 2, 2, ceil_mode=True)
        y = self.conv1(self.norm1(x))
        y = self.conv2(F.relu(self.norm2(y)))
        return self.norm3(y) + shortcut


class PyramidNet(nn.Module):
    """Three stages of `blocks` blocks; block k has round(16 + k · alpha / (3 · blocks)) channels.

    Halves are rounded to the even number, as Python's `round` does.
    """

    def __init__(self, blocks=18, alpha=48, classes=10):
        super().__init__()
        self.stem = nn.ModuleDict({"conv": convolution(3, 16, 3), "norm": nn.BatchNorm2d(16)})
        step, width, stages = alpha / (3 * blocks), 16.0, []
        for stage in range(3):
            layers = []
            for block in range(blocks):
                wider = width + step
                stride = 2 if stage > 0 and block == 0 else 1
                layers.append(PyramidBlock(round(width), round(wider), stride))
                width = wider
            stages.append(nn.ModuleList(layers))
        self.stages = nn.ModuleList(stages)
        self.norm = nn.BatchNorm2d(round(width))
        self.head = nn.Linear(round(width), classes)

    def forward(self, x):
        x = self.stem["norm"](self.stem["conv"](x))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        return self.head(F.relu(self.norm(x)).mean((2, 3)))
