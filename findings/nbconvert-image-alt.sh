#!/usr/bin/env bash
# One would guess: a picture that IPython shows with a text for those who can't see it,
# Image(alt="a square"), keeps that text when nbconvert makes a page of the notebook, as the text is stored
# in the notebook, under metadata "image/png".
# What happens: nbconvert does not look there. It warns "Alternative text is missing on 1 image(s)" and
# writes alt="No description has been provided for this image" into the page, in place of the author's words.
# Why it matters: a notebook written with care for screen readers loses that care in every HTML export, and
# the warning blames its author. Seen 30 November 2026.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 77
"$folder/venv/bin/pip" install --quiet nbconvert==7.16.6 nbformat==5.10.4 ipython==8.31.0 || exit 77
cd "$folder"
venv/bin/python - <<'PYTHON'
import base64
import zlib

import nbformat
from IPython.core.formatters import DisplayFormatter
from IPython.display import Image
from nbformat.v4 import new_code_cell, new_notebook, new_output


def chunk(kind, data):
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


# One grey pixel.
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]))
png += chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
data, metadata = DisplayFormatter().format(Image(png, format="png", alt="a square"))
print("IPython stores:", metadata)
assert metadata["image/png"]["alt"] == "a square"
if isinstance(data["image/png"], bytes):
    data["image/png"] = base64.b64encode(data["image/png"]).decode()
output = new_output("display_data", data=data, metadata=metadata)
notebook = new_notebook(cells=[new_code_cell("Image(...)", outputs=[output])])
nbformat.validate(notebook)
nbformat.write(notebook, "picture.ipynb")
PYTHON
venv/bin/python -W ignore -m nbconvert --to html picture.ipynb 2>messages
echo "nbconvert $(venv/bin/python -m nbconvert --version) says: $(grep WARNING messages || echo nothing)"
found=$(grep -o 'alt="[^"]*"' picture.html | sort -u)
echo "the page has: $found"
[[ $found == 'alt="No description has been provided for this image"' ]] || { echo "this has changed" >&2; exit 1; }
