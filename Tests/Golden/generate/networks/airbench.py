"""The network of the fastest known trainings on CIFAR-10.

Source: Jordan, 2024, arXiv:2404.00498, section 3.
"""

import torch.nn.functional as F
from torch import nn

from .convolution import convolution


def norm(channels):
    """A norm whose scale is not trained; momentum is the weight of the new batch."""
    layer = nn.BatchNorm2d(channels, eps=1e-12, momentum=0.4)
    layer.weight.requires_grad = False
    return layer


class Group(nn.Module):
    """Convolution, 2×2 max pooling, norm, GELU, convolution, norm, GELU."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = convolution(inputs, outputs, 3)
        self.norm1 = norm(outputs)
        self.conv2 = convolution(outputs, outputs, 3)
        self.norm2 = norm(outputs)

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class Airbench(nn.Module):
    """A frozen 2×2 convolution, groups, the maximum over all pixels, and a head whose logits are scaled."""

    def __init__(self, widths=(64, 256, 256), classes=10):
        super().__init__()
        self.whitening = nn.Conv2d(3, 24, 2)
        self.whitening.weight.requires_grad = False
        inputs, groups = 24, []
        for width in widths:
            groups.append(Group(inputs, width))
            inputs = width
        self.groups = nn.ModuleList(groups)
        self.head = nn.Linear(inputs, classes, bias=False)

    def forward(self, x):
        x = F.gelu(self.whitening(x))
        for group in self.groups:
            x = group(x)
        return self.head(F.adaptive_max_pool2d(x, 1).flatten(1)) / 256
