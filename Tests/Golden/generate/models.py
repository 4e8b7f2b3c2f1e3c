#!/usr/bin/env python3
"""Writes models.safetensors: one training pass and one evaluation pass of each network.

    python models.py FOLDER [--seed N] [--networks A,B,…]

For each network NAME, whose weights and input NAME.input come from fill.py:

    NAME.train.logits, NAME.train.loss    cross-entropy in training mode; batch norms start at mean 0, variance 1
    NAME.grad_norm.P                      Euclidean norm of the gradient of parameter P
    NAME.grad_head.P                      its first 16 elements
    NAME.buffer_head.B                    the first 16 elements of running statistics B after the pass
    NAME.eval.logits                      evaluation mode with those statistics; the weights are unchanged

Everything is computed in float64 and stored in float32. Some gradients are zero in exact arithmetic, as that of a
bias before a batch norm: compare them with the norm of the whole gradient. PyTorch's own float32 gradients of the
110-layer pyramidnet are off by 5e-3 in the median; pyramidnet-2 is the sharp test.
"""

import torch
import torch.nn.functional as F

import tensor_file
from fill import Fill, labels
from networks import REFERENCES

GOLDEN = [name for name, reference in REFERENCES.items() if reference.is_golden]


def passes(name, fill):
    """The tensors of one network by name."""
    reference = REFERENCES[name]
    network = fill.network(reference.make().double())
    x = fill(f"{name}.input", (reference.batch, 3, reference.side, reference.side))
    network.train()
    logits = network(x)
    loss = F.cross_entropy(logits, labels(reference.batch))
    loss.backward()
    tensors = {f"{name}.train.logits": logits.detach(), f"{name}.train.loss": loss.detach().reshape(1)}
    for parameter, value in network.named_parameters():
        if value.grad is None:
            continue
        tensors[f"{name}.grad_norm.{parameter}"] = value.grad.norm().reshape(1)
        tensors[f"{name}.grad_head.{parameter}"] = value.grad.flatten()[:16].clone()
    for buffer, value in network.named_buffers():
        if buffer.endswith(("running_mean", "running_var")):
            tensors[f"{name}.buffer_head.{buffer}"] = value.flatten()[:16].clone()
    network.eval()
    with torch.no_grad():
        tensors[f"{name}.eval.logits"] = network(x)
    return tensors


def main():
    parser = tensor_file.command_line(__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, help="fill tensors with other values")
    parser.add_argument(
        "--networks", type=lambda text: text.split(","), default=GOLDEN, metavar="A,B,…")
    options = parser.parse_args()
    unknown = [name for name in options.networks if name not in REFERENCES]
    if unknown:
        parser.error(f"--networks: '{unknown[0]}' is none of {', '.join(REFERENCES)}")
    torch.set_num_threads(1)
    fill, tensors = Fill(options.seed), {}
    for name in options.networks:
        tensors |= passes(name, fill)
    tensor_file.save(options.folder, "models", tensors, options.seed)


if __name__ == "__main__":
    main()
