"""Residual networks for images of 32×32.

Sources: He et al., 2015, arXiv:1512.03385 (version 1), and 2016, arXiv:1603.05027 (version 2).
"""

import torch.nn.functional as F
from torch import nn

from .convolution import convolution


class BasicBlock(nn.Module):
    """Version 1: convolution, norm, ReLU, convolution, norm, sum, ReLU.

    Where the shape changes, the shortcut is a 1×1 convolution and a norm.
    """

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1, self.norm1 = convolution(inputs, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.norm2 = convolution(outputs, outputs, 3), nn.BatchNorm2d(outputs)
        self.shortcut = None
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.ModuleDict({
                "conv": convolution(inputs, outputs, 1, stride), "norm": nn.BatchNorm2d(outputs),
            })

    def forward(self, x):
        shortcut = x if self.shortcut is None else self.shortcut["norm"](self.shortcut["conv"](x))
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.norm2(self.conv2(y)) + shortcut)


class PreActivationBottleneck(nn.Module):
    """Version 2: three times norm, ReLU and convolution (1×1, 3×3, 1×1), then the sum.

    The stride is that of the 3×3 convolution. Where the shape changes, the shortcut is a 1×1 convolution of
    the first ReLU's output.
    """

    def __init__(self, inputs, width, outputs, stride):
        super().__init__()
        self.norm1, self.conv1 = nn.BatchNorm2d(inputs), convolution(inputs, width, 1)
        self.norm2, self.conv2 = nn.BatchNorm2d(width), convolution(width, width, 3, stride)
        self.norm3, self.conv3 = nn.BatchNorm2d(width), convolution(width, outputs, 1)
        changes = stride != 1 or inputs != outputs
        self.shortcut = convolution(inputs, outputs, 1, stride) if changes else None

    def forward(self, x):
        activated = F.relu(self.norm1(x))
        shortcut = x if self.shortcut is None else self.shortcut(activated)
        y = self.conv1(activated)
        y = self.conv2(F.relu(self.norm2(y)))
        y = self.conv3(F.relu(self.norm3(y)))
        return y + shortcut


class ResNet(nn.Module):
    """Three stages of `blocks` blocks, twice as wide and half as high and wide a map in each.

    Version 1 has 6 · blocks + 2 layers, version 2 has 9 · blocks + 2.
    """

    def __init__(self, blocks=3, version=1, classes=10, width=16):
        super().__init__()
        self.version = version
        self.stem = nn.ModuleDict({"conv": convolution(3, width, 3)})
        if version == 1:
            self.stem["norm"] = nn.BatchNorm2d(width)
        inputs, stages = width, []
        for stage in range(3):
            inner = width << stage
            outputs = inner if version == 1 else 4 * inner
            layers = []
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layers.append(
                    BasicBlock(inputs, outputs, stride) if version == 1
                    else PreActivationBottleneck(inputs, inner, outputs, stride))
                inputs = outputs
            stages.append(nn.ModuleList(layers))
        self.stages = nn.ModuleList(stages)
        self.norm = nn.BatchNorm2d(inputs) if version == 2 else None
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        x = self.stem["conv"](x)
        if self.version == 1:
            x = F.relu(self.stem["norm"](x))
        for stage in self.stages:
            for block in stage:
                x = block(x)
        if self.version == 2:
            x = F.relu(self.norm(x))
        return self.head(x.mean((2, 3)))
