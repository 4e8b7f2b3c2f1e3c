"""Values for weights and inputs that any language can compute, so that no weights are stored.

Element i of the tensor NAME is made of the top 24 bits of SplitMix64:

    seed = FNV-1a, 64 bits, of the UTF-8 bytes of NAME + suffix
    u_i  = (splitmix64(seed + i * 0x9E3779B97F4A7C15) >> 40) * 2**-24        in [0, 1)

Elements are counted in row-major order. With s_i = 2 * u_i - 1, a tensor of each kind holds

    weight   s * sqrt(3 / fan_in)       fan_in: the product of all dimensions but the first
    norm     1 + 0.1 * s
    bias     0.1 * s
    input    s

rounded to float32. `goldenFill` in Tests/Support/Golden.swift computes the same values.
"""

import numpy as np
import torch

WORD = 0xFFFFFFFFFFFFFFFF


def uniform(name, count):
    """`count` values u_i of a tensor; `name` includes the suffix. Shape: [count], float64."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x100000001B3) & WORD
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def fan_in(shape):
    """Inputs that one output sums. A bank of filters [K, O, C, kh, kw] has the fan-in of one filter."""
    return np.prod(shape[2:] if len(shape) == 5 else shape[1:])


def labels(count):
    """The labels of a batch: i * 7 mod 10. Shape: [count]."""
    return torch.arange(count) * 7 % 10


class Fill:
    """Fills tensors. `Fill(seed)` gives every tensor other values for each seed; `Fill()` the golden ones."""

    def __init__(self, seed=None):
        self.suffix = "" if seed is None else f"#{seed}"

    def __call__(self, name, shape, kind="input"):
        """A float64 tensor whose values float32 holds exactly."""
        shape = tuple(shape)
        s = 2 * uniform(name + self.suffix, int(np.prod(shape))) - 1
        if kind == "weight":
            s = s * np.sqrt(3.0 / fan_in(shape))
        elif kind == "norm":
            s = 1 + 0.1 * s
        elif kind == "bias":
            s = 0.1 * s
        return torch.from_numpy(s.reshape(shape).astype(np.float32).astype(np.float64))

    def network(self, network):
        """Fills all parameters by their names, and returns the network."""
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                if parameter.dim() >= 2:
                    kind = "weight"
                elif "norm" in name and name.endswith("weight"):
                    kind = "norm"
                else:
                    kind = "bias"
                parameter.copy_(self(name, parameter.shape, kind))
        return network
