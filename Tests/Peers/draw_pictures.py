"""Draws a folder of labelled pictures: discs, squares or triangles on busy backgrounds, a folder a class.

As with photographs, colour tells something and not all: four in five have a hue near their class's own.

Sizes from 40 to 500 pixels, PNG and JPEG, some grey, some turned by Exif alone, and with --broken some files
that are cut short, empty or no pictures.

    python3 draw_pictures.py FOLDER [--classes 3] [--each 500] [--side N M] [--broken] [--seed 1]

Needs Pillow. The same seed draws the same pictures.
"""

import argparse
import colorsys
import math
import pathlib
import random

from PIL import Image, ImageDraw

SHAPES = ["disc", "square", "triangle"]


def draw(label, classes, rng, size):
    """A picture of class `label`, and its size."""
    width, height = rng.randint(*size), rng.randint(*size)
    image = Image.new("RGB", (width, height), tuple(rng.randint(0, 255) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        box = [rng.uniform(0, width), rng.uniform(0, height)]
        pen.line(box + [rng.uniform(0, width), rng.uniform(0, height)], width=rng.randint(1, 4),
                 fill=tuple(rng.randint(0, 255) for _ in range(3)))
    side = min(width, height)
    radius = rng.uniform(0.22, 0.4) * side
    x, y = width / 2 + rng.uniform(-0.1, 0.1) * side, height / 2 + rng.uniform(-0.1, 0.1) * side
    own = label / 3 if classes <= 3 else label // len(SHAPES) / (1 + (classes - 1) // len(SHAPES))
    hue = own + rng.uniform(-0.12, 0.12) / max(1, classes / 6) if rng.random() < 0.8 else rng.random()
    fill = tuple(int(255 * v) for v in colorsys.hsv_to_rgb(hue % 1, 0.9, rng.uniform(0.7, 1)))
    corners = {"square": 4, "triangle": 3}.get(SHAPES[label % len(SHAPES)])
    if corners:
        turn = rng.uniform(0, 2 * math.pi)
        pen.polygon([(x + radius * math.cos(turn + 2 * math.pi * k / corners),
                      y + radius * math.sin(turn + 2 * math.pi * k / corners))
                     for k in range(corners)], fill=fill)
    else:
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill=fill)
    return image


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--classes", type=int, default=3)
    parser.add_argument("--each", type=int, default=500)
    parser.add_argument("--side", type=int, nargs=2, default=(40, 500))
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    for label in range(options.classes):
        name = SHAPES[label] if options.classes <= len(SHAPES) else f"class {label}"
        folder = options.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(options.each):
            image = draw(label, options.classes, rng, options.side)
            exif = Image.Exif()
            if number % 10 == 0:
                image = image.convert("L")
            if number % 7 == 0:
                exif[0x0112] = 6  # turned by a quarter to be looked at
                image = image.transpose(Image.Transpose.ROTATE_90)
            if number % 3 == 0:
                image.save(folder / f"{number}.png", exif=exif)
            else:
                image.save(folder / f"{number}.jpg", quality=90, exif=exif)
        if options.broken:
            whole = (folder / "1.jpg").read_bytes()
            (folder / "cut short.jpg").write_bytes(whole[: len(whole) // 2])
            (folder / "empty.png").write_bytes(b"")
            (folder / "notes.txt").write_text("no picture\n")
    if options.broken:
        first = sorted(options.folder.iterdir())[0]
        (sorted(options.folder.iterdir())[1] / "copy of another class.jpg").write_bytes(
            (first / "2.jpg").read_bytes())


main()
