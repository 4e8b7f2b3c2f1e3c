#!/usr/bin/env python3
"""Writes ops.safetensors: single operations, forward and backward, optimiser steps and learning rates.

    python ops.py FOLDER [--seed N]

A case is named OPERATION.VARIANT. Its tensors are CASE.x, CASE.y, CASE.dy (the output's gradient, given),
CASE.dx, and where the operation has parameters CASE.weight, CASE.bias, CASE.dweight, CASE.dbias. Everything is
computed in float64 and stored in float32.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.optim import SGD, Adam, AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR, ExponentialLR, MultiStepLR

import tensor_file
from fill import Fill, labels

#: (images, inputs, height, width, outputs, filter size, stride, padding, whether there is a bias)
CONVOLUTIONS = {
    "3x3": (2, 5, 9, 7, 6, 3, 1, 1, False),
    "3x3_stride2": (2, 16, 8, 8, 32, 3, 2, 1, False),
    "3x3_stride2_odd": (2, 17, 7, 9, 18, 3, 2, 1, False),
    "1x1_stride2": (3, 16, 8, 8, 32, 1, 2, 0, False),
    "1x1": (2, 20, 5, 6, 7, 1, 1, 0, True),
    "5x5": (1, 6, 11, 11, 9, 5, 1, 2, True),
    "11x11_stride4": (1, 3, 39, 39, 10, 11, 4, 2, True),
    "2x2_valid": (2, 3, 8, 8, 24, 2, 1, 0, True),
    "3x3_wide": (1, 64, 8, 8, 64, 3, 1, 1, False),
    "3x3_rgb": (3, 3, 12, 10, 16, 3, 1, 1, False),
}

ACTIVATIONS = {
    "relu": F.relu,
    "leaky_relu_0.01": lambda x: F.leaky_relu(x, 0.01),
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
}

#: Shape of the input, and the operation.
POOLINGS = {
    "max_pool.2x2": ((2, 3, 8, 6), lambda x: F.max_pool2d(x, 2)),
    "max_pool.3x3_stride2": ((2, 3, 11, 9), lambda x: F.max_pool2d(x, 3, 2)),
    "avg_pool.2x2_ceil": ((2, 3, 7, 5), lambda x: F.avg_pool2d(x, 2, 2, ceil_mode=True)),
    "avg_pool.global": ((2, 5, 8, 8), lambda x: x.mean((2, 3))),
    "avg_pool.adaptive6": ((1, 3, 6, 6), lambda x: F.adaptive_avg_pool2d(x, 6)),
    "avg_pool.adaptive6_from13": ((1, 3, 13, 13), lambda x: F.adaptive_avg_pool2d(x, 6)),
    "shortcut.pad_channels": ((2, 3, 4, 4), lambda x: F.pad(x, (0, 0, 0, 0, 0, 2))),
    "shortcut.pad_pool": (
        (2, 3, 7, 8),
        lambda x: F.avg_pool2d(F.pad(x, (0, 0, 0, 0, 0, 1)), 2, 2, ceil_mode=True)),
}

#: What makes an optimiser for a list of parameters.
OPTIMIZERS = {
    "sgd": lambda p: SGD(p, 0.1),
    "sgd_momentum_wd": lambda p: SGD(p, 0.1, momentum=0.9, weight_decay=1e-2),
    "sgd_nesterov_wd": lambda p: SGD(p, 0.1, momentum=0.9, weight_decay=1e-2, nesterov=True),
    "adam": lambda p: Adam(p, 1e-3),
    "adam_wd": lambda p: Adam(p, 1e-3, weight_decay=1e-2),
    "adamw": lambda p: AdamW(p, 1e-3, weight_decay=1e-2),
}

#: What makes a schedule for an optimiser, and whether its step comes before the epoch.
SCHEDULES = {
    "multistep_5_8_gamma0.1_stepped_at_epoch_start": (lambda o: MultiStepLR(o, [5, 8], 0.1), True),
    "cosine_Tmax10_min1e-6": (lambda o: CosineAnnealingLR(o, 10, 1e-6), False),
    "exponential_0.9": (lambda o: ExponentialLR(o, 0.9), False),
}


def smoothed_cross_entropy(logits, targets, smoothing):
    """Cross-entropy with targets of 1 − smoothing + smoothing / classes, and smoothing / classes elsewhere."""
    log_probabilities = F.log_softmax(logits, 1)
    likelihood = F.nll_loss(log_probabilities, targets)
    return (1 - smoothing) * likelihood - smoothing * log_probabilities.mean(1).mean()


def divergence_smoothed_cross_entropy(logits, targets, smoothing, weight):
    """The same targets q, and `weight` times the Kullback-Leibler divergence of the prediction from q."""
    q = torch.full_like(logits, smoothing / logits.shape[1])
    q = q.scatter_add_(1, targets[:, None], torch.full((len(targets), 1), 1 - smoothing).to(logits))
    log_probabilities = F.log_softmax(logits, 1)
    divergence = (q * (q.log() - log_probabilities)).sum(1).mean()
    return -(q * log_probabilities).sum(1).mean() + weight * divergence


LOSSES = {
    "cross_entropy": F.cross_entropy,
    "label_smoothing_0.1": lambda z, t: smoothed_cross_entropy(z, t, 0.1),
    "kl_label_smoothing_0.2_0.1": lambda z, t: divergence_smoothed_cross_entropy(z, t, 0.2, 0.1),
}


class Operations:
    """Collects the tensors of all cases."""

    def __init__(self, fill):
        self.fill = fill
        self.tensors = {}

    def put(self, case, **tensors):
        for name, tensor in tensors.items():
            self.tensors[f"{case}.{name}"] = tensor.detach().clone()

    def put_passes(self, case, function, x, *parameters):
        """Puts x, the parameters weight and bias as far as given, the output, and all gradients."""
        x = x.clone().requires_grad_(True)
        named = {
            name: parameter.clone().requires_grad_(True)
            for name, parameter in zip(("weight", "bias"), parameters)
        }
        y = function(x, *named.values())
        dy = self.fill(f"{case}.dy", y.shape)
        y.backward(dy)
        gradients = {f"d{name}": parameter.grad for name, parameter in named.items()}
        self.put(case, x=x, y=y, dy=dy, dx=x.grad, **named, **gradients)

    def convolutions(self):
        for name, (n, c, h, w, outputs, size, stride, padding, has_bias) in CONVOLUTIONS.items():
            case = f"conv2d.{name}"
            parameters = [self.fill(f"{case}.weight", (outputs, c, size, size), "weight")]
            if has_bias:
                parameters.append(self.fill(f"{case}.bias", (outputs,), "bias"))
            self.put_passes(
                case, lambda x, w, b=None: F.conv2d(x, w, b, stride, padding),
                self.fill(f"{case}.x", (n, c, h, w)), *parameters)

    def layers(self):
        self.put_passes(
            "linear", F.linear, self.fill("linear.x", (5, 13)),
            self.fill("linear.weight", (7, 13), "weight"), self.fill("linear.bias", (7,), "bias"))
        for case, function in ACTIVATIONS.items():
            self.put_passes(case, function, self.fill(f"{case}.x", (3, 4, 5, 5)))
        for case, (shape, function) in POOLINGS.items():
            self.put_passes(case, function, self.fill(f"{case}.x", shape))

    def batch_norms(self):
        """One step in training, and evaluation with the statistics after it."""
        case = "batch_norm.train"
        x = self.fill(f"{case}.x", (4, 6, 5, 3)) * 3 + 1
        weight, bias = self.fill(f"{case}.weight", (6,), "norm"), self.fill(f"{case}.bias", (6,), "bias")
        mean, variance = torch.zeros(6).double(), torch.ones(6).double()
        self.put_passes(
            case, lambda x, w, b: F.batch_norm(x, mean, variance, w, b, True, 0.1, 1e-5), x, weight, bias)
        statistics = {"running_mean": mean, "running_var": variance}
        self.put(case, **statistics)
        y = F.batch_norm(x, mean, variance, weight, bias, False, 0.1, 1e-5)
        self.put("batch_norm.eval", x=x, weight=weight, bias=bias, y=y, **statistics)

    def losses(self):
        for name, function in LOSSES.items():
            case = f"loss.{name}"
            logits = (self.fill(f"{case}.logits", (6, 10)) * 4).requires_grad_(True)
            loss = function(logits, labels(6))
            loss.backward()
            self.put(case, logits=logits, labels=labels(6), loss=loss.reshape(1), dlogits=logits.grad)

    def optimizers(self):
        """Five steps on one tensor: p0 … p5, with the gradients grad0 … grad4."""
        for name, make in OPTIMIZERS.items():
            case = f"optimizer.{name}"
            parameter = nn.Parameter(self.fill(f"{case}.p0", (4, 5)))
            optimizer = make([parameter])
            self.put(case, p0=parameter)
            for step in range(5):
                parameter.grad = self.fill(f"{case}.grad{step}", (4, 5))
                self.put(case, **{f"grad{step}": parameter.grad})
                optimizer.step()
                self.put(case, **{f"p{step + 1}": parameter})

    def schedules(self, epochs=12):
        """The learning rate of each epoch: `rate` [epochs], from 0.1."""
        for name, (make, is_ahead) in SCHEDULES.items():
            optimizer = SGD([nn.Parameter(torch.zeros(1))], 0.1)
            schedule = make(optimizer)
            rates = []
            for _ in range(epochs):
                if is_ahead:
                    optimizer.step()
                    schedule.step()
                rates.append(optimizer.param_groups[0]["lr"])
                if not is_ahead:
                    optimizer.step()
                    schedule.step()
            self.put(f"schedule.{name}", rate=torch.tensor(rates))


def operations(fill):
    """All tensors by name."""
    found = Operations(fill)
    found.convolutions()
    found.layers()
    found.batch_norms()
    found.losses()
    found.optimizers()
    found.schedules()
    return found.tensors


def main():
    parser = tensor_file.command_line(__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, help="fill tensors with other values")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tensor_file.save(options.folder, "ops", operations(Fill(options.seed)), options.seed)


if __name__ == "__main__":
    main()
