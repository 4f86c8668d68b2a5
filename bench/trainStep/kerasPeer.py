"""Contender: Keras' `fit` on images in memory. Usage: kerasPeer.py CASE.json plain|xla"""

import json
import os
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["KERAS_BACKEND"] = "tensorflow"
import keras
import numpy as np

with open(sys.argv[1]) as file:
    case = json.load(file)
topology, batch, classes = case["topology"], case["batch"], case["classes"]
outputs = {topology["input"]: keras.Input(topology["inputShape"], name=topology["input"])}
known = {
    "Rescaling": ["scale", "offset"],
    "Conv2D": ["filters", "kernel_size", "strides", "padding", "activation", "use_bias"],
    "Dense": ["units", "activation", "use_bias"],
    "BatchNormalization": ["momentum", "epsilon", "center", "scale"],
    "Activation": ["activation"],
    "MaxPooling2D": ["pool_size", "strides", "padding"],
    "AveragePooling2D": ["pool_size", "strides", "padding"],
    "Dropout": ["rate"],
}
for node in topology["layers"]:
    kind = "Dropout" if node["className"] == "SeededDropout" else node["className"]
    config = {key: node["config"][key] for key in known.get(kind, []) if key in node["config"]}
    layer = getattr(keras.layers, kind)(name=node["name"], **config)
    layer.trainable = node["name"] not in case["frozen"]
    inputs = [outputs[name] for name in node["inputs"]]
    outputs[node["name"]] = layer(inputs if len(inputs) > 1 else inputs[0])
model = keras.Model(outputs[topology["input"]], outputs[topology["output"]])
model.compile(
    optimizer=keras.optimizers.RMSprop(1e-4),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
    jit_compile=sys.argv[2] == "xla",
)
size = topology["inputShape"][0]
random = np.random.default_rng(1)
pixels = random.integers(0, 256, (batch * 4, size, size, 3), dtype=np.uint8)
labels = (np.arange(batch * 4) * 7 % classes).astype(np.int32)


class Stopwatch(keras.callbacks.Callback):
    """Times from the first batch's beginning to the last one's end: what `fit` sets up is not a step's."""

    def on_train_begin(self, logs=None):
        self.started = None

    def on_train_batch_begin(self, batch, logs=None):
        if self.started is None:
            self.started = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        self.seconds = time.perf_counter() - self.started


def fit(steps):
    order = np.arange(steps * batch) % len(pixels)
    stopwatch = Stopwatch()
    model.fit(
        pixels[order], labels[order], batch_size=batch, epochs=1, shuffle=False, verbose=0, callbacks=[stopwatch]
    )
    return stopwatch.seconds


fit(3)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": fit(int(line))}), flush=True)
