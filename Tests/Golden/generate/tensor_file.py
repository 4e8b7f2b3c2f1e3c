"""Writes safetensors files with the same bytes each time, and reads the command line of the generators."""

import argparse
import json
import pathlib
import struct

import torch

TYPES = {torch.float32: "F32", torch.int64: "I64", torch.uint8: "U8"}


def write(path, tensors, metadata):
    """Writes named tensors and text. float64 becomes float32; larger scalars lie first, then names in order.

    The format: 8 bytes with the header's length, the header in JSON, and the tensors' bytes one after another.
    """
    stored = {
        name: (tensor.float() if tensor.dtype == torch.float64 else tensor).contiguous()
        for name, tensor in tensors.items()
    }
    header, offset = {"__metadata__": dict(sorted(metadata.items()))}, 0
    names = sorted(stored, key=lambda name: (-stored[name].element_size(), name))
    for name in names:
        tensor = stored[name]
        end = offset + tensor.numel() * tensor.element_size()
        header[name] = {
            "dtype": TYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [offset, end],
        }
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for name in names:
            file.write(stored[name].numpy().tobytes())


def command_line(description):
    """A parser with what all generators take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=pathlib.Path, help="where the file is written, as Tests/Golden")
    return parser


def save(folder, name, tensors, seed=None):
    """Writes `name`.safetensors into the folder and says so."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.safetensors"
    write(path, tensors, {
        "generator": f"Tests/Golden/generate/{name}.py",
        "suffix": "" if seed is None else f"#{seed}",
        "torch": torch.__version__,
    })
    print(f"{path}: {len(tensors)} tensors, {path.stat().st_size} bytes")
