#!/usr/bin/env bash
# One would guess: the number of worker processes of a data loader is a matter of speed. With PyTorch's, 0 or 8
# workers give the same batches in the same order, and Grain (the loader of the JAX world) is advertised as
# deterministic.
# What happens: Grain deals single pictures out to its workers in turn, and each worker makes batches of its own
# share. So worker_count decides which pictures meet in a batch; the incomplete batches at the end multiply; and
# drop_remainder=True drops up to one per worker. 12 pictures in batches of 4 are 3 batches with no worker, 2 with 2
# workers, and none at all with 4: the loop over a small validation set ends at once, without a message.
# Why it matters: moving a run to a machine with more cores changes its batches (and so batch normalisation and
# the result) and which part of the test set its accuracy is measured on.
# The project: not affected, it loads its data itself; a comparison with a JAX program is fair only if that one's
# worker_count and batches are known. Seen 1 December 2026.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet grain==0.2.18 numpy==2.3.5 || exit 77
cd "$folder"
cat >batches.py <<'PYTHON'
from importlib.metadata import version

import grain


class Pictures:
    def __len__(self):
        return 12

    def __getitem__(self, index):
        return index


def batches(workers, drop):
    loader = grain.DataLoader(
        data_source=Pictures(),
        sampler=grain.samplers.IndexSampler(num_records=12, num_epochs=1, shuffle=False),
        operations=[grain.transforms.Batch(4, drop_remainder=drop)],
        worker_count=workers,
    )
    return [batch.tolist() for batch in loader]


if __name__ == "__main__":
    print("grain", version("grain"), "– pictures 0 to 11 in batches of 4")
    seen = {}
    for drop in (False, True):
        for workers in (0, 2, 4):
            seen[drop, workers] = batches(workers, drop)
            print(f"  drop_remainder={drop}, worker_count={workers}: {seen[drop, workers]}")
    whole = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    dealt = [[0, 2, 4, 6], [1, 3, 5, 7]]
    as_described = (
        seen[False, 0] == seen[True, 0] == whole
        and seen[False, 2] == [*dealt, [8, 10], [9, 11]]
        and seen[True, 2] == dealt
        and [len(batch) for batch in seen[False, 4]] == [3, 3, 3, 3]
        and seen[True, 4] == []
    )
    raise SystemExit(0 if as_described else "this has changed")
PYTHON
venv/bin/python batches.py 2>messages || { cat messages >&2; exit 1; }
