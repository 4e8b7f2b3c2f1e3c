#!/usr/bin/env python3
"""Sets the speed of this project beside PyTorch's, both on this machine, taking turns.

    python3 Tests/Peers/compare_speed.py [OPTION...]              beside PyTorch
    python3 Tests/Peers/compare_speed.py --scaling [OPTION...]    one thread beside several
    python3 Tests/Peers/compare_speed.py --from-log FILE          the tables of an earlier run

In each round each network is measured by `./pipeline.sh bench --json`, then by PyTorch in each of its modes,
each in a process of its own; every other round the other way round. PyTorch's networks are those of
Tests/Golden/generate, eager in two layouts and, with --compile, also by torch.compile. Prints tables in Markdown: medians over the rounds, PyTorch's
best mode, and ratios with the least and the largest of any round.

Needs torch: PEER_PYTHON=/path/to/python, or the interpreter that runs this.
"""

import argparse
import itertools
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NETWORKS = [
    "small-cnn", "alexnet", "resnet20", "resnet29v2", "pyramidnet", "adaptive-conv", "airbench",
]
PRECISIONS = ["float32", "bfloat16"]
LAYOUTS = ["nchw", "channels_last"]
OURS = "ours"
# The network whose layers mix kernels; PyTorch can mix them before it convolves, or convolve with each.
MIXED = "adaptive-conv"
PASSES = {
    "train": "training", "train_with_loading": "training, loading included", "infer": "inference",
}


# --- PyTorch, in a process of its own -------------------------------------------------------------------


def mixing_first(layer, x):
    """AdaptiveConv with the kernels mixed first: for each image one kernel, and one grouped convolution.

    y = conv(x, sum_k a_k(x) w_k), which equals sum_k a_k(x) conv(x, w_k).
    """
    import torch
    import torch.nn.functional as F

    count, channels, height, width = x.shape
    fractions = torch.softmax(layer.attention(x.mean((2, 3))), 1)
    kernels = torch.einsum("nk,koihw->noihw", fractions, layer.weight)
    y = F.conv2d(
        x.reshape(1, count * channels, height, width), kernels.flatten(0, 1), padding=1, groups=count)
    return y.reshape(count, -1, height, width)


def durations(seconds, run):
    """The seconds of each run: two that nobody times, then at least three, as `bench` does."""
    for _ in range(2):
        run()
    found = []
    end = time.perf_counter() + seconds
    while len(found) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return found


def peak_memory():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def measure_torch(case):
    """Measures one network in one mode in this process, with the optimiser and loss of `bench`."""
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(case["threads"])
    torch.manual_seed(0)
    sys.path.insert(0, str(PROJECT / "Tests/Golden/generate"))
    from networks import REFERENCES
    from networks.adaptive_conv import AdaptiveConv
    from networks.alexnet import AlexNet

    reference = REFERENCES[case["network"]]
    # The golden passes are without dropout.
    model = AlexNet() if case["network"] == "alexnet" else reference.make()
    side = reference.side
    layers = [layer for layer in model.modules() if isinstance(layer, AdaptiveConv)]
    for layer in layers:
        # Banks of kernels come uninitialised.
        torch.nn.init.normal_(layer.weight, std=(2 / layer.weight[0, 0].numel()) ** 0.5)
    if case["mixes_first"]:
        probe = torch.randn(2, layers[0].weight.shape[2], 8, 8)
        with torch.no_grad():
            torch.testing.assert_close(
                mixing_first(layers[0], probe), layers[0](probe), rtol=1e-3, atol=1e-4)
        AdaptiveConv.forward = mixing_first
    x = torch.randn(case["batch"], 3, side, side)
    y = torch.randint(0, 10, (case["batch"],))
    if case["layout"] == "channels_last":
        x = x.contiguous(memory_format=torch.channels_last)
        # A bank of kernels has five dimensions and no such layout.
        for parameter in model.parameters():
            if parameter.dim() == 4:
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(trained, lr=0.01, momentum=0.9, weight_decay=1e-4)
    if case["compiles"]:
        model = torch.compile(model)
    is_mixed = case["precision"] == "bfloat16"

    def step():
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_mixed):
            loss = F.cross_entropy(model(x).float(), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    def infer():
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=is_mixed):
            model(x)

    model.train()
    train = durations(case["seconds"], step)
    model.eval()
    answers = durations(case["seconds"], infer)
    return {
        "train_images_per_second": case["batch"] / statistics.median(train),
        "infer_images_per_second": case["batch"] / statistics.median(answers),
        "peak_memory_bytes": peak_memory(),
    }


# --- Taking turns ---------------------------------------------------------------------------------------


def run_json(command, what):
    """The one line of JSON that a program prints."""
    outcome = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    if outcome.returncode != 0:
        sys.exit(f"compare_speed.py: {what} ended with status {outcome.returncode}; see above")
    return json.loads(outcome.stdout)


def run_ours(network, precision, threads, seconds):
    command = [
        "./pipeline.sh", "bench", "--json", "--networks", network, "--precision", precision,
        "--threads", str(threads), "--seconds", str(seconds),
    ]
    return run_json(command, f"bench of {network} in {precision}")


def run_torch(network, precision, mode, batch, options):
    case = {
        "network": network, "precision": precision, "layout": mode.split(" ")[0],
        "mixes_first": mode.endswith(" mixing first"), "compiles": mode.endswith(" compiled"),
        "batch": batch, "threads": options.threads,
        "seconds": options.seconds,
    }
    python = os.environ.get("PEER_PYTHON", sys.executable)
    found = run_json([python, __file__, "--case", json.dumps(case)], f"PyTorch's {network}")
    return found | {"network": network, "precision": precision}


def modes(network, compiles):
    return LAYOUTS + [
        f"{layout} {way}" for way, applies in [("mixing first", network == MIXED), ("compiled", compiles)]
        for layout in LAYOUTS if applies]


class Log:
    """Measurements in the order they were made, on disk too where a file is given."""

    def __init__(self, path):
        self.entries = []
        self.file = path.open("w") if path else None

    def add(self, round_number, side, found):
        entry = {"round": round_number, "side": side} | found
        self.entries.append(entry)
        if self.file:
            print(json.dumps(entry), file=self.file, flush=True)
        train, infer = found["train_images_per_second"], found["infer_images_per_second"]
        print(
            f"round {round_number}: {found['network']}, {found['precision']}, {side}:"
            f" {train:.1f} and {infer:.1f} images/s", file=sys.stderr)


def beside_torch(options, log):
    # Each network's batch is its recipe's: ours, which comes first, tells.
    batches = {}
    for round_number, network, precision in turns(options):
        sides = [OURS] + modes(network, options.compile)
        for side in sides if round_number % 2 else reversed(sides):
            if side == OURS:
                found = run_ours(network, precision, options.threads, options.seconds)
                batches[network] = found["batch"]
            else:
                found = run_torch(network, precision, side, batches[network], options)
            log.add(round_number, side, found)


def one_beside_several(options, log):
    for round_number, network, precision in turns(options):
        counts = [1, options.threads]
        for count in counts if round_number % 2 else reversed(counts):
            found = run_ours(network, precision, count, options.seconds)
            log.add(round_number, threads_side(count), found)


def turns(options):
    """Rounds outermost, so that what changes on the machine meanwhile meets every network."""
    return itertools.product(
        range(1, options.rounds + 1), options.networks, options.precision)


def threads_side(count):
    return f"{count} thread" if count == 1 else f"{count} threads"


# --- Tables ---------------------------------------------------------------------------------------------


class Measured:
    """All rounds of all sides, by network and precision."""

    def __init__(self, entries):
        self.values = {}
        for entry in entries:
            sides = self.values.setdefault((entry["network"], entry["precision"]), {})
            sides.setdefault(entry["side"], []).append(entry)

    def cases(self):
        return self.values.items()


def median(entries, key):
    return statistics.median(entry[key] for entry in entries)


def best(sides, key, is_candidate):
    """The side with the largest median."""
    names = [name for name in sides if is_candidate(name)]
    return max(names, key=lambda name: median(sides[name], key))


def ratio(above, key_above, below, key_below):
    """Median over median, and the least and the largest ratio of any round."""
    others = {entry["round"]: entry[key_below] for entry in below}
    rounds = [entry[key_above] / others[entry["round"]] for entry in above if entry["round"] in others]
    whole = median(above, key_above) / median(below, key_below)
    return f"{whole:.2f} ({min(rounds):.2f}–{max(rounds):.2f})"


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def print_table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def speed_rows(sides, network, precision, is_candidate):
    for name, title in PASSES.items():
        ours_key = f"{name}_images_per_second"
        # PyTorch is given its batch in place.
        torch_key = ours_key.replace("_with_loading", "")
        mode = best(sides, torch_key, is_candidate)
        yield [
            network, precision, title, number(median(sides[OURS], ours_key)),
            number(median(sides[mode], torch_key)), mode,
            ratio(sides[OURS], ours_key, sides[mode], torch_key),
        ]


def is_of_the_formula(side):
    return side != OURS and not side.endswith(" mixing first")


def print_beside_torch(measured):
    header = ["network", "precision", "pass", "images/s", "PyTorch", "its best mode", "ratio"]
    speeds, mixing, memory = [], [], []
    for (network, precision), sides in measured.cases():
        speeds += speed_rows(
            sides, network, precision, is_of_the_formula)
        if network == MIXED:
            mixing += speed_rows(
                sides, network, precision, lambda side: side.endswith(" mixing first"))
        key = "peak_memory_bytes"
        mode = best(sides, "train_images_per_second", is_of_the_formula)
        memory.append([
            network, precision, number(median(sides[OURS], key) / 2**20),
            number(median(sides[mode], key) / 2**20), mode,
            ratio(sides[OURS], key, sides[mode], key),
        ])
    print_table(header, speeds)
    if mixing:
        print("Beside a PyTorch that mixes the kernels first:\n")
        print_table(header, mixing)
    print_table(
        ["network", "precision", "peak MiB", "PyTorch", "mode best at training", "ratio"], memory)


def print_scaling(measured):
    rows = []
    for (network, precision), sides in measured.cases():
        one, several = sorted(sides, key=lambda side: int(side.split(" ")[0]))
        for name, title in PASSES.items():
            key = f"{name}_images_per_second"
            rows.append([
                network, precision, title, number(median(sides[one], key)),
                number(median(sides[several], key)), ratio(sides[several], key, sides[one], key),
            ])
    header = ["network", "precision", "pass", f"images/s, {one}", several, "ratio"]
    print_table(header, rows)


def print_tables(entries):
    rounds = max(entry["round"] for entry in entries)
    print(f"Medians of {rounds} rounds; in brackets the least and the largest ratio of a round.\n")
    measured = Measured(entries)
    if any(entry["side"] == OURS for entry in entries):
        print_beside_torch(measured)
    else:
        print_scaling(measured)


# --- The command line -----------------------------------------------------------------------------------


def words(known):
    """A reader of names separated by commas."""

    def read(text):
        for word in text.split(","):
            if word not in known:
                raise argparse.ArgumentTypeError(f"'{word}' is none of {', '.join(known)}")
        return text.split(",")

    return read


def count_from(least):
    def read(text):
        if not text.isdigit() or int(text) < least:
            raise argparse.ArgumentTypeError(f"expected a whole number from {least}, found '{text}'")
        return int(text)

    return read


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--networks", type=words(NETWORKS), default=NETWORKS, help="A,B,…")
    parser.add_argument("--precision", type=words(PRECISIONS), default=PRECISIONS, help="P,Q")
    parser.add_argument("--rounds", type=count_from(1), default=5)
    parser.add_argument("--seconds", type=float, default=3, help="for each pass (3)")
    parser.add_argument("--threads", type=count_from(1), default=os.cpu_count())
    parser.add_argument("--log", type=pathlib.Path, help="write each measurement there, a line of JSON each")
    parser.add_argument("--compile", action="store_true", help="torch.compile too; needs a C++ compiler")
    parser.add_argument("--scaling", action="store_true", help="one thread beside --threads")
    parser.add_argument("--from-log", type=pathlib.Path, help="measure nothing; the tables of a --log")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        print(json.dumps(measure_torch(json.loads(options.case))))
        return
    if options.from_log:
        print_tables([json.loads(line) for line in options.from_log.read_text().splitlines()])
        return
    if options.scaling:
        if options.threads < 2:
            parser.error("--scaling compares one thread with --threads, which must be at least 2")
    log = Log(options.log)
    (one_beside_several if options.scaling else beside_torch)(options, log)
    print_tables(log.entries)


if __name__ == "__main__":
    main()
