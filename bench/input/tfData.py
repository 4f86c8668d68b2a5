"""Contender: tf.data, shuffled batches of records of a file, the records' count and size as Upsize's. Usage: tfData.py INPUT.json"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import numpy as np
import tensorflow as tf

with open(sys.argv[1]) as opened:
    case = json.load(opened)
size, batch = case["size"], case["batch"]
counted = os.path.join(case["workspace"], f"images-{size}.txt")
deadline = time.time() + 300
while not os.path.exists(counted) and time.time() < deadline:
    time.sleep(0.1)
with open(counted) as opened:
    count = int(opened.read())
length = size * size * 3
file = os.path.join(case["workspace"], f"records-{size}.bin")
with open(file, "wb") as opened:
    for at in range(count):
        opened.write(np.full(length, at % 251, np.uint8).tobytes())
records = tf.data.FixedLengthRecordDataset(file, length, buffer_size=4 << 20)
data = (
    records.map(lambda record: tf.reshape(tf.io.decode_raw(record, tf.uint8), (size, size, 3)), tf.data.AUTOTUNE)
    .shuffle(min(count, 2000))
    .repeat()
    .batch(batch)
    .prefetch(2)
)
batches = iter(data)
for _ in range(3):
    next(batches)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    for _ in range(int(line)):
        next(batches)
    print(json.dumps({"seconds": time.perf_counter() - started}), flush=True)
