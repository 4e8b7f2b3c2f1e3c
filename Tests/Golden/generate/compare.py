#!/usr/bin/env python3
"""Compares the golden files of two folders: python compare.py FOLDER OTHER

Prints for each file how many tensors have the same bits and the largest error of the others, relative to the
largest element of their tensor. Ends with status 1 where names, shapes or types differ, or an error exceeds 1e-6.
"""

import json
import pathlib
import struct
import sys

import numpy as np

TYPES = {"F32": np.float32, "I64": np.int64, "U8": np.uint8}


def read(path):
    """The tensors of a safetensors file by name."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header, data = json.loads(content[8:8 + length]), content[8 + length:]
    header.pop("__metadata__", None)
    return {
        name: np.frombuffer(data[slice(*entry["data_offsets"])], TYPES[entry["dtype"]])
        .reshape(entry["shape"])
        for name, entry in header.items()
    }


def error(a, b):
    """The largest difference, relative to the largest element of b."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    return float(np.abs(a - b).max() / max(np.abs(b).max(), np.finfo(np.float32).tiny))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    ours, theirs = (pathlib.Path(folder) for folder in sys.argv[1:])
    paths = sorted(ours.glob("*.safetensors"))
    failed = not paths
    for path in paths:
        a, b = read(path), read(theirs / path.name)
        forms = [{name: (t.dtype, t.shape) for name, t in side.items()} for side in (a, b)]
        if forms[0] != forms[1]:
            print(f"{path.name}: names, shapes or types differ")
            failed = True
            continue
        same = [name for name in a if a[name].tobytes() == b[name].tobytes()]
        worst = max((error(a[name], b[name]) for name in a if name not in same), default=0.0)
        print(f"{path.name}: {len(a)} tensors, {len(same)} with the same bits, largest error {worst:.1e}")
        failed = failed or not worst <= 1e-6
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
