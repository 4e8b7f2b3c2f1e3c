"""The convolution that all networks use."""

from torch import nn


def convolution(inputs, outputs, size, stride=1, padding=None, bias=False):
    """A square convolution; without `padding` it keeps the sides of its input at stride 1."""
    padding = size // 2 if padding is None else padding
    return nn.Conv2d(inputs, outputs, size, stride, padding, bias=bias)
