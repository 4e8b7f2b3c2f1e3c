#!/usr/bin/env python3
"""Sets the rounding errors of this project beside those of PyTorch's float32, over many seeds.

    python3 Tests/Peers/compare_precision.py [OPTION...]
    python3 Tests/Peers/compare_precision.py --from-log FILE      the table of an earlier run

For each seed and network, weights and images come from Tests/Golden/generate/fill.py, and six steps of SGD are
taken three times: by PyTorch in float64, by PyTorch in float32, and by this project in float32. Errors are those
of the float32 sides against float64:

    logits      of the first step: |error| / |logits|, Euclidean norms over the batch
    gradients   of the first step: the same over all parameters
    losses      the largest relative error of the six

Where a ReLU's input lies within rounding of zero, either side may fall on the wrong side of it, and errors grow a
thousandfold. Single seeds say little, so the table has the median and the 90th percentile over seeds, and our
figure divided by PyTorch's. In brackets: the middle 90 % of that ratio when seeds are drawn anew (bootstrap). Where
a percentile lies between seeds with and without such a fall, that interval spans orders of magnitude: then only
more seeds can tell. A ratio above --limit is marked "above", with a question mark where the interval reaches down
to the limit. Ends with status 1 where a ratio is above the limit with its whole interval.

Needs torch and numpy, as Tests/Golden/generate/README.md installs them: PEER_PYTHON=/path/to/python, or the
interpreter that runs this. Builds the product golden-passes first.
"""

import argparse
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

PROJECT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = PROJECT / ".build/release/golden-passes"
NETWORKS = [
    "small-cnn", "alexnet", "resnet20", "resnet29v2", "pyramidnet-2", "pyramidnet", "adaptive-conv",
    "airbench",
]
OURS, TORCH = "ours", "PyTorch"
QUANTITIES = ["logits", "gradients", "losses"]
PERCENTILES = {"median": 50, "p90": 90}
STEPS = 6


# --- One seed of one network ------------------------------------------------------------------------------


def torch_passes(name, seed, batch, in_double):
    """PyTorch's logits, gradients by parameter, and losses, as float64."""
    import torch

    import training
    from fill import Fill
    from networks import REFERENCES

    reference, fill = REFERENCES[name], Fill(seed)
    dtype = torch.float64 if in_double else torch.float32
    network = fill.network(reference.make()).to(dtype)
    x = fill(f"{name}.input", (batch, 3, reference.side, reference.side)).to(dtype)
    found = {"losses": []}
    for logits, loss in training.steps(network, x, reference.rate, STEPS):
        found["losses"].append(loss)
        if "logits" not in found:
            found["logits"] = logits.double().numpy()
            for parameter, value in network.named_parameters():
                if value.grad is not None:
                    found[f"gradient.{parameter}"] = value.grad.double().numpy().copy()
    return found


def our_passes(name, seed, batch, folder, program):
    """This project's, by the program golden-passes."""
    import numpy as np

    from networks import REFERENCES

    path = pathlib.Path(folder) / "passes.safetensors"
    values = {"seed": seed, "batch": batch, "rate": REFERENCES[name].rate, "steps": STEPS}
    options = [word for key, value in values.items() for word in (f"--{key}", str(value))]
    subprocess.run([program, name, path] + options, check=True)
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    header.pop("__metadata__", None)
    types = {"F32": np.float32, "F64": np.float64}
    found = {}
    for tensor, entry in header.items():
        first, end = (8 + length + offset for offset in entry["data_offsets"])
        values = np.frombuffer(content[first:end], types[entry["dtype"]])
        found[tensor] = values.astype(np.float64).reshape(entry["shape"])
    return found


def errors(found, exact):
    """The three errors of one side."""
    import numpy as np

    if found.keys() != exact.keys():
        sys.exit(f"compare_precision.py: other tensors: {sorted(found.keys() ^ exact.keys())}")
    gradients = [name for name in exact if name.startswith("gradient.")]

    def relative(names):
        square = sum(float(((found[name] - exact[name]) ** 2).sum()) for name in names)
        return (square / sum(float((exact[name] ** 2).sum()) for name in names)) ** 0.5

    losses, exact_losses = np.array(found["losses"]), np.array(exact["losses"])
    return {
        "logits": relative(["logits"]),
        "gradients": relative(gradients),
        "losses": float(np.abs(losses / exact_losses - 1).max()),
    }


def measure(options, log):
    import torch

    sys.path.insert(0, str(PROJECT / "Tests/Golden/generate"))
    from networks import REFERENCES

    torch.set_num_threads(1)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    with tempfile.TemporaryDirectory() as folder:
        # Seeds outermost, so that what there is after an interruption is of all networks.
        for seed in seeds:
            for name in options.networks:
                batch = options.batch or REFERENCES[name].batch
                exact = torch_passes(name, seed, batch, in_double=True)
                log.add(name, seed, batch, TORCH, errors(torch_passes(name, seed, batch, False), exact))
                log.add(
                    name, seed, batch, OURS,
                    errors(our_passes(name, seed, batch, folder, options.program), exact))


class Log:
    """Measurements in the order they were made, on disk too where a file is given."""

    def __init__(self, path):
        self.entries = []
        self.file = path.open("a") if path else None

    def add(self, network, seed, batch, side, found):
        entry = {"network": network, "seed": seed, "batch": batch, "side": side} | found
        self.entries.append(entry)
        if self.file:
            print(json.dumps(entry), file=self.file, flush=True)
        numbers = ", ".join(f"{quantity} {found[quantity]:.1e}" for quantity in QUANTITIES)
        print(f"seed {seed}: {network}, {side}: {numbers}", file=sys.stderr)


# --- The table --------------------------------------------------------------------------------------------


def percentile(values, percent):
    """With straight lines between the values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def ratio_interval(ours, theirs, percent, draws=2000):
    """The middle 90 % of the ratio of percentiles over seeds drawn with replacement, in pairs."""
    source = random.Random(1)
    ratios = []
    for _ in range(draws):
        places = [source.randrange(len(ours)) for _ in ours]
        ratios.append(
            percentile([ours[place] for place in places], percent)
            / percentile([theirs[place] for place in places], percent))
    return percentile(ratios, 5), percentile(ratios, 95)


def rows(entries):
    """The network, the number of seeds, the quantity, and for each percentile PyTorch's error, ours and the ratio."""
    sides = {}
    for entry in entries:
        sides.setdefault(entry["network"], {}).setdefault(entry["side"], {})[entry["seed"]] = entry
    for network, measured in sides.items():
        seeds = sorted(measured.get(OURS, {}).keys() & measured.get(TORCH, {}).keys())
        for quantity in QUANTITIES if seeds else []:
            ours, theirs = (
                [measured[side][seed][quantity] for seed in seeds] for side in (OURS, TORCH))
            yield network, len(seeds), quantity, [
                Ratio(percentile(theirs, percent), percentile(ours, percent),
                      *ratio_interval(ours, theirs, percent))
                for percent in PERCENTILES.values()
            ]


class Ratio:
    """Our error divided by PyTorch's, with the interval's ends."""

    def __init__(self, theirs, ours, low, high):
        self.theirs, self.ours, self.low, self.high = theirs, ours, low, high
        self.value = ours / theirs

    def cells(self, limit):
        if self.value <= limit:
            mark = ""
        else:
            mark = " **above**" if self.low > limit else " above?"
        ends = f"{number(self.low)}–{number(self.high)}"
        return [f"{self.theirs:.1e}", f"{self.ours:.1e}", f"{number(self.value)} ({ends}){mark}"]


def number(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def print_table(entries, limit):
    """Prints the table, and returns whether no ratio is above the limit by more than chance."""
    header = ["network", "seeds", "error of"]
    for name in PERCENTILES:
        header += [f"{name}: PyTorch", "ours", "ratio"]
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    ratios = []
    for network, seeds, quantity, found in rows(entries):
        cells = [cell for ratio in found for cell in ratio.cells(limit)]
        print("| " + " | ".join([network, str(seeds), quantity] + cells) + " |")
        ratios += found
    above = [ratio for ratio in ratios if ratio.value > limit]
    clear = [ratio for ratio in above if ratio.low > limit]
    print(
        f"\n{len(above)} of {len(ratios)} ratios exceed {limit}; of {len(clear)} so does the whole interval.")
    return not clear


# --- The command line -------------------------------------------------------------------------------------


def names(text):
    for name in text.split(","):
        if name not in NETWORKS:
            raise argparse.ArgumentTypeError(f"'{name}' is none of {', '.join(NETWORKS)}")
    return text.split(",")


def count(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1, found '{text}'")
    return int(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=names, default=NETWORKS, metavar="A,B,…")
    parser.add_argument("--seeds", type=count, default=24, help="how many (24)")
    parser.add_argument("--first-seed", type=count, default=1, help="the first of them (1)")
    parser.add_argument("--batch", type=count, help="images; 4 unless given, and 2 for alexnet")
    parser.add_argument("--limit", type=float, default=1.2, help="of our error over PyTorch's (1.2)")
    parser.add_argument("--log", type=pathlib.Path, help="add each measurement there, a line of JSON each")
    parser.add_argument("--from-log", type=pathlib.Path, help="measure nothing; the table of a --log")
    parser.add_argument("--program", type=pathlib.Path, help="golden-passes of another build; none is built")
    options = parser.parse_args()
    if options.from_log:
        entries = [json.loads(line) for line in options.from_log.read_text().splitlines()]
    else:
        python = os.environ.pop("PEER_PYTHON", None)
        if python:
            os.execvp(python, [python, __file__] + sys.argv[1:])
        if not options.program:
            subprocess.run(
                ["swift", "build", "-c", "release", "--product", PROGRAM.name], check=True, cwd=PROJECT)
            options.program = PROGRAM
        log = Log(options.log)
        measure(options, log)
        entries = log.entries
    sys.exit(0 if print_table(entries, options.limit) else 1)


if __name__ == "__main__":
    main()
