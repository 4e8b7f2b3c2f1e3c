#!/usr/bin/env python3
"""Writes training.safetensors: six steps of ResNet-20 by SGD on one batch of eight.

    python training.py FOLDER [--seed N]

    losses             cross-entropy before each step [6]
    stem.conv.weight   after the last step
    head.weight        after the last step
"""

import torch
import torch.nn.functional as F
from torch.optim import SGD

import tensor_file
from fill import Fill, labels
from networks import REFERENCES

MOMENTUM, WEIGHT_DECAY, STEPS = 0.9, 2e-4, 6


def steps(network, x, rate=0.1, count=STEPS):
    """Takes steps by SGD on the batch x [N, 3, H, W], and yields the logits and the loss before each.

    The gradients of a pass stand in the parameters when it is yielded.
    """
    optimizer = SGD(network.parameters(), rate, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    network.train()
    for _ in range(count):
        logits = network(x)
        loss = F.cross_entropy(logits, labels(len(x)))
        optimizer.zero_grad()
        loss.backward()
        yield logits.detach(), loss.item()
        optimizer.step()


def main():
    parser = tensor_file.command_line(__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, help="fill tensors with other values")
    options = parser.parse_args()
    torch.set_num_threads(1)
    fill = Fill(options.seed)
    network = fill.network(REFERENCES["resnet20"].make().double())
    losses = [loss for _, loss in steps(network, fill("training.input", (8, 3, 32, 32)))]
    tensor_file.save(options.folder, "training", {
        "losses": torch.tensor(losses),
        "stem.conv.weight": network.stem["conv"].weight.detach(),
        "head.weight": network.head.weight.detach(),
    }, options.seed)


if __name__ == "__main__":
    main()
