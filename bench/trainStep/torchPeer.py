"""Contender: PyTorch, eager, channels last, on images in memory. Usage: torchPeer.py CASE.json [gpu]"""

import json
import os
import sys
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
torch.manual_seed(1)
device = torch.device("cuda" if sys.argv[2:] == ["gpu"] else "cpu")
# As TensorFlow does by default: products of 11 bits, and the fastest algorithm for each shape.
torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cudnn.benchmark = True
with open(sys.argv[1]) as file:
    case = json.load(file)
topology, batch, classes = case["topology"], case["batch"], case["classes"]
size = topology["inputShape"][0]


class Net(nn.Module):
    """The net of the case, layer by layer; sizes of weights are found by the first batch."""

    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleDict()
        for node in topology["layers"]:
            part = self.make(node["className"], node["config"])
            if part is not None:
                self.parts[node["name"].replace(".", "_")] = part

    @staticmethod
    def make(kind, config):
        if kind == "Conv2D":
            stride, kernel = config.get("strides", [1, 1]), config["kernel_size"]
            padding = "same" if config["padding"] == "same" and stride[0] == 1 else 0
            return nn.LazyConv2d(config["filters"], kernel, stride, padding, bias=config.get("use_bias", True))
        if kind == "Dense":
            return nn.LazyLinear(config["units"], bias=config.get("use_bias", True))
        if kind == "BatchNormalization":
            return nn.LazyBatchNorm2d(eps=config["epsilon"], momentum=1 - config["momentum"])
        if kind in ("Dropout", "SeededDropout"):
            return nn.Dropout(config["rate"])
        return None

    def forward(self, images):
        values = {topology["input"]: images}
        for node in topology["layers"]:
            inputs = [values[name] for name in node["inputs"]]
            values[node["name"]] = self.apply_layer(node, inputs)
        return values[topology["output"]]

    def apply_layer(self, node, inputs):
        kind, config, x = node["className"], node["config"], inputs[0]
        name = node["name"].replace(".", "_")
        if kind == "Conv2D" and config["padding"] == "same" and config.get("strides", [1, 1])[0] > 1:
            x = functional.pad(x, self.same_padding(x, config))
        if name in self.parts:
            x = self.parts[name](x)
        elif kind == "Rescaling":
            x = x * config["scale"] + config.get("offset", 0)
        elif kind == "MaxPooling2D":
            x = functional.max_pool2d(x, config["pool_size"], config.get("strides") or config["pool_size"])
        elif kind == "AveragePooling2D":
            x = functional.avg_pool2d(x, config["pool_size"], config.get("strides") or config["pool_size"])
        elif kind == "GlobalAveragePooling2D":
            x = x.mean((2, 3))
        elif kind == "Flatten":
            x = x.flatten(1)
        elif kind == "Add":
            x = torch.stack(inputs).sum(0) if len(inputs) > 2 else inputs[0] + inputs[1]
        elif kind != "Activation":
            raise SystemExit(f"torchPeer.py does not know the layer {kind}.")
        # The loss takes what softmax would be given.
        return functional.relu(x) if config.get("activation") == "relu" else x

    @staticmethod
    def same_padding(x, config):
        sides = []
        for length, kernel, stride in zip(x.shape[:1:-1], config["kernel_size"][::-1], config["strides"][::-1]):
            needed = max(0, (-(-length // stride) - 1) * stride + kernel - length)
            sides += [needed // 2, needed - needed // 2]
        return sides


random = np.random.default_rng(1)
pixels = torch.from_numpy(random.integers(0, 256, (batch * 4, size, size, 3), dtype=np.uint8))
labels = torch.arange(batch * 4) * 7 % classes
net = Net().train()
net(pixels[:2].permute(0, 3, 1, 2).float())
# Not before: the first batch makes the weights.
net = net.to(device, memory_format=torch.channels_last)
for name in case["frozen"]:
    part = net.parts[name.replace(".", "_")] if name.replace(".", "_") in net.parts else None
    if part is not None:
        part.requires_grad_(False).eval()
optimizer = torch.optim.RMSprop([one for one in net.parameters() if one.requires_grad], 1e-4, alpha=0.9, eps=1e-7)


def train(steps):
    started = time.perf_counter()
    for step in range(steps):
        at = step % 4 * batch
        images = pixels[at : at + batch].to(device).permute(0, 3, 1, 2).float()
        wanted = labels[at : at + batch].to(device)
        optimizer.zero_grad(set_to_none=True)
        logits = net(images)
        functional.cross_entropy(logits, wanted).backward()
        optimizer.step()
        # The metrics that the others have.
        (logits.detach().argmax(1) == wanted).sum().item()
    return time.perf_counter() - started


train(3)
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps({"seconds": train(int(line))}), flush=True)
