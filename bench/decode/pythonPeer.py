"""Contender: JPEG files to squares of 192, 96 and 48 pixels on all cores. Usage: pythonPeer.py FILES.json WORKERS pil|turbo

pil: Pillow with draft mode and the BOX filter. turbo: libjpeg-turbo's scaled decoding (simplejpeg), OpenCV's area means.
"""

import json
import multiprocessing
import sys
import time

import cv2
import numpy as np
import simplejpeg
from PIL import Image

SIZES = (192, 96, 48)
cv2.setNumThreads(1)


def with_pil(file):
    image = Image.open(file)
    image.draft("RGB", (SIZES[0], SIZES[0]))
    image = image.convert("RGB")
    return sum(np.asarray(image.resize((size, size), Image.Resampling.BOX)).nbytes for size in SIZES)


def with_turbo(file):
    with open(file, "rb") as opened:
        data = opened.read()
    image = simplejpeg.decode_jpeg(data, "RGB", fastdct=True, fastupsample=True, min_height=SIZES[0], min_width=SIZES[0])
    total = 0
    for size in SIZES:
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
        total += image.nbytes
    return total


def main():
    with open(sys.argv[1]) as opened:
        files = json.load(opened)
    decode = with_pil if sys.argv[3] == "pil" else with_turbo
    with multiprocessing.get_context("fork").Pool(int(sys.argv[2])) as pool:
        pool.map(decode, files[:16], chunksize=1)
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            wanted = [files[at % len(files)] for at in range(int(line))]
            started = time.perf_counter()
            pool.map(decode, wanted, chunksize=4)
            print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)


if __name__ == "__main__":
    main()
