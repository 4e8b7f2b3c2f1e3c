"""Two convolutions and two linear layers."""

import torch.nn.functional as F
from torch import nn

from .convolution import convolution


class SmallCNN(nn.Module):
    """Each convolution is followed by ReLU and 2×2 max pooling: [N, 3, 32, 32] → [N, 64, 8, 8] → [N, 10]."""

    def __init__(self, classes=10):
        super().__init__()
        self.conv1 = convolution(3, 32, 3, bias=True)
        self.conv2 = convolution(32, 64, 3, bias=True)
        self.fc1 = nn.Linear(64 * 8 * 8, 512)
        self.fc2 = nn.Linear(512, classes)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.fc2(F.relu(self.fc1(x.flatten(1))))
