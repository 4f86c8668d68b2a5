"""How well the sample's classes can be told apart at each size, without training a network.

    python samples/knowableBySize.py DIRECTORY      (pip install numpy pillow scikit-learn)

Fixed features (how much of each colour, how bright and how dark its small marks are at two scales) and extremely randomised trees,
five-fold over all pictures with near-duplicates and placeholders kept together, three seeds. The labels are those of the folders, the
wrong ones included, as in training. Prints a line for each size.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.ensemble import ExtraTreesClassifier

LARGEST = 192


def decode(file: Path) -> np.ndarray:
    picture = Image.open(file)
    smooth = Image.Resampling.LANCZOS if min(picture.size) > LARGEST else Image.Resampling.BICUBIC
    return np.asarray(picture.convert("RGB").resize((LARGEST, LARGEST), smooth))


def shrink(pictures: np.ndarray, size: int) -> np.ndarray:
    """Means of squares: how the trainer makes the small sizes from the large one."""
    step = LARGEST // size
    cells = pictures.reshape(len(pictures), size, step, size, step, 3).astype(np.float32)
    return cells.mean((2, 4)).round() / 255


def blur(grey: np.ndarray) -> np.ndarray:
    across = (np.roll(grey, 1, 1) + 2 * grey + np.roll(grey, -1, 1)) / 4
    return (np.roll(across, 1, 2) + 2 * across + np.roll(across, -1, 2)) / 4


def features(pictures: np.ndarray) -> np.ndarray:
    grey = pictures.mean(-1)
    once = blur(grey)
    marks = [grey - once, once - blur(blur(once))]
    share = pictures / (pictures.sum(-1, keepdims=True) + 0.05)
    red = share[..., 0] - share[..., 1]
    yellow = (share[..., 0] + share[..., 1]) / 2 - share[..., 2]
    coloured = pictures.max(-1) - pictures.min(-1) > 0.12
    edge = pictures.shape[1]
    rows = []
    for colour in (
        red > 0.35,
        (red > 0.2) & (red <= 0.35),
        (red > 0.08) & (red <= 0.2),
        (red <= 0.08) & (yellow > 0.12),
        (red > 0.03) & (yellow <= 0.12),
    ):
        here = (colour & coloured).astype(np.float32)
        area = here.sum((1, 2)) + edge**2 * 0.01
        rows.append(here.mean((1, 2)))
        for mark in marks:
            light, dark = np.maximum(mark, 0) * here, np.maximum(-mark, 0) * here
            light_power, dark_power = (light**2).sum((1, 2)) / area, (dark**2).sum((1, 2)) / area
            rows += [light.sum((1, 2)) / area, dark.sum((1, 2)) / area, light_power, dark_power]
            rows.append(np.log(light_power + 1e-7) - np.log(dark_power + 1e-7))
    third = edge // 3
    middle = pictures[:, third:-third, third:-third]
    for colours in (middle.mean((1, 2)), pictures.mean((1, 2)), middle.std((1, 2))):
        rows += list(colours.T)
    return np.stack(rows, 1)


def main(directory: Path) -> None:
    files = sorted((directory / "photos").glob("*/*"))
    names = [file.relative_to(directory).as_posix() for file in files]
    with open(directory / "near-duplicates.csv") as table:
        groups = {row["path"]: row["duplicate_of"] for row in csv.DictReader(table)}
    with open(directory / "placeholders.csv") as table:
        groups |= {row["path"]: "placeholder" for row in csv.DictReader(table)}
    group = np.unique([groups.get(name, name) for name in names], return_inverse=True)[1]
    labels = np.unique([file.parent.name for file in files], return_inverse=True)[1]
    pictures = np.stack([decode(file) for file in files])
    print(f"{len(files)} pictures, most frequent class {np.bincount(labels).max() / len(labels):.3f}")
    for size in (48, 96, 192):
        known = np.concatenate([features(shrink(pictures[at : at + 100], size)) for at in range(0, len(files), 100)])
        scores = []
        for seed in (1, 2, 3):
            fold = np.random.default_rng(seed).integers(0, 5, group.max() + 1)[group]
            guesses = np.zeros_like(labels)
            for part in range(5):
                trees = ExtraTreesClassifier(200, min_samples_leaf=2, max_features=0.4, random_state=seed)
                guesses[fold == part] = trees.fit(known[fold != part], labels[fold != part]).predict(known[fold == part])
            scores.append(float((guesses == labels).mean()))
        print(f"{size}: " + " ".join(f"{score:.3f}" for score in scores), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
