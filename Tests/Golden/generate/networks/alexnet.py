"""AlexNet with a batch norm after each convolution.

Source: Krizhevsky, Sutskever and Hinton, 2012, with the widths of Krizhevsky, 2014, arXiv:1404.5997.
"""

import torch.nn.functional as F
from torch import nn

from .convolution import convolution


class AlexNet(nn.Module):
    """[N, 3, 227, 227] → [N, 10]. Dropout stands before the first and the second linear layer."""

    def __init__(self, classes=10, dropout=0.5):
        super().__init__()
        self.conv1, self.norm1 = convolution(3, 64, 11, 4, 2, bias=True), nn.BatchNorm2d(64)
        self.conv2, self.norm2 = convolution(64, 192, 5, bias=True), nn.BatchNorm2d(192)
        self.conv3, self.norm3 = convolution(192, 384, 3, bias=True), nn.BatchNorm2d(384)
        self.conv4, self.norm4 = convolution(384, 256, 3, bias=True), nn.BatchNorm2d(256)
        self.conv5, self.norm5 = convolution(256, 256, 3, bias=True), nn.BatchNorm2d(256)
        self.fc1 = nn.Linear(256 * 6 * 6, 4096)
        self.fc2 = nn.Linear(4096, 1024)
        self.fc3 = nn.Linear(1024, classes)
        self.dropout = dropout

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.norm1(self.conv1(x))), 3, 2)
        x = F.max_pool2d(F.relu(self.norm2(self.conv2(x))), 3, 2)
        x = F.relu(self.norm3(self.conv3(x)))
        x = F.relu(self.norm4(self.conv4(x)))
        x = F.max_pool2d(F.relu(self.norm5(self.conv5(x))), 3, 2)
        x = F.adaptive_avg_pool2d(x, 6).flatten(1)
        x = F.relu(self.fc1(F.dropout(x, self.dropout, self.training)))
        x = F.relu(self.fc2(F.dropout(x, self.dropout, self.training)))
        return self.fc3(x)
