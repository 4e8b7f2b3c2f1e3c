"""Convolutions whose filters are mixed anew for each image.

Source: Chen et al., 2020, arXiv:1912.03458.
"""

import torch
import torch.nn.functional as F
from torch import nn

from .convolution import convolution


class AdaptiveConv(nn.Module):
    """y = Σ_k a_k(x) · conv(x, weight_k), with a(x) = softmax(attention(mean of x over its pixels)).

    weight is [K, outputs, inputs, 3, 3].
    """

    def __init__(self, inputs, outputs, kernels=4):
        super().__init__()
        self.attention = nn.Linear(inputs, kernels)
        self.weight = nn.Parameter(torch.empty(kernels, outputs, inputs, 3, 3))

    def forward(self, x):
        a = torch.softmax(self.attention(x.mean((2, 3))), 1)
        return sum(
            a[:, k, None, None, None] * F.conv2d(x, self.weight[k], padding=1)
            for k in range(len(self.weight)))


class AdaptiveBlock(nn.Module):
    """Adaptive convolution, sum with the shortcut, norm, leaky ReLU of slope 0.01.

    The shortcut is a 1×1 convolution where the width changes.
    """

    def __init__(self, inputs, outputs, kernels):
        super().__init__()
        self.conv = AdaptiveConv(inputs, outputs, kernels)
        self.shortcut = convolution(inputs, outputs, 1) if inputs != outputs else None
        self.norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        shortcut = x if self.shortcut is None else self.shortcut(x)
        return F.leaky_relu(self.norm(self.conv(x) + shortcut), 0.01)


class AdaptiveConvNet(nn.Module):
    """Eleven adaptive blocks, with 2×2 max pooling after the third, sixth and ninth."""

    WIDTHS = (32, 32, 64, 64, 128, 128, 128, 256, 256, 256, 256)
    POOLED = (2, 5, 8)

    def __init__(self, widths=WIDTHS, kernels=4, classes=10):
        super().__init__()
        inputs, blocks = 3, []
        for width in widths:
            blocks.append(AdaptiveBlock(inputs, width, kernels))
            inputs = width
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Linear(inputs, classes)

    def forward(self, x):
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in self.POOLED:
                x = F.max_pool2d(x, 2)
        return self.head(x.mean((2, 3)))
