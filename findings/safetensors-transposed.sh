#!/usr/bin/env bash
# One would guess: safetensors.numpy.save_file either stores an array as it indexes, as numpy.save does, or
# refuses a layout that it can't store, as safetensors.torch.save_file does for a tensor that isn't contiguous.
# What happens: since 0.8.0 it writes the memory as it lies under the shape as it looks, without a word. Pictures
# turned from N×H×W×C to N×C×H×W by a transpose (a view, the usual one-liner) come back of the right shape, type,
# sum and extremes, yet scrambled; so does any array in Fortran order, such as a matrix from LAPACK or a solver
# of scikit-learn. 0.7.0 stored both right. The documentation asks for contiguous arrays, which an array in
# Fortran order is by NumPy's flags, and nothing checks it (its tracker: #825, open since August 2026).
# Why it matters: a data set or weights are ruined when written, long before a training that learns worse.
# The project: the files that Tessera writes are not affected, but it can't tell that one made so is scrambled, and
# its advice on .npy, .npz and HDF5 files, to convert them by this very function, needs numpy.ascontiguousarray
# around the array: NumPy reads a .npy in Fortran order as such. Seen 1 December 2026.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >scramble.py <<'PYTHON'
import numpy as np
import safetensors
from safetensors.numpy import load_file, save_file

# Two pictures of 2×2 whose channels are plain: red all 10s, green all 20s, blue all 30s, and 100 more in the second.
pictures = np.array([10, 20, 30], np.uint8) + np.zeros((2, 2, 2, 3), np.uint8)
pictures[1] += 100
arrays = {
    "as made, N×H×W×C": pictures,
    "transposed to N×C×H×W": pictures.transpose(0, 3, 1, 2),
    "in Fortran order": np.asfortranarray(pictures),
    "transposed and copied": np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)),
}
print("safetensors", safetensors.__version__)
kept = []
for name, array in arrays.items():
    save_file({"pictures": array}, "pictures.safetensors")
    read = load_file("pictures.safetensors")["pictures"]
    assert read.shape == array.shape and read.dtype == array.dtype and read.sum() == array.sum()
    kept.append(bool(np.array_equal(read, array)))
    line = f"  {name}: {'read back as saved' if kept[-1] else 'other values read back'}"
    if name.startswith("transposed"):
        line += f"; red of the first picture {array[0, 0].ravel().tolist()}, read back {read[0, 0].ravel().tolist()}"
    print(line)
print("kept:", "".join("yn"[not k] for k in kept))
PYTHON
for version in 0.7.0 0.8.0; do
  python3 -m venv "venv-$version" || exit 77
  "venv-$version/bin/pip" install --quiet "safetensors==$version" numpy==2.3.5 || exit 77
  "venv-$version/bin/python" scramble.py | tee "out-$version"
done
if ! grep -qx 'kept: yyyy' out-0.7.0 || ! grep -qx 'kept: ynny' out-0.8.0; then
  echo "this has changed" >&2
  exit 1
fi
