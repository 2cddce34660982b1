"""A net of today's size and clean images for it: make.py NET SIDE CLASSES IMAGES DATA FOLDER.

NET is MobileNetV2 or ResNet50 of Keras. Its weights are random, its batch statistics those of the images, and its last layer is fitted by
ridge regression, so that it names the images: what a repair takes depends on the shapes and on that. DATA is cifar10's or the faces' HDF5 file
of clean images; these are enlarged. Writes net.h5 and clean.h5 into FOLDER.
"""
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import h5py
import numpy as np
import tensorflow as tf

name, side, classes, count, data, folder = sys.argv[1:]
side, classes, count = int(side), int(classes), int(count)
tf.keras.utils.set_random_seed(1)

with h5py.File(data) as file:
    labels = np.asarray(file["label"]).astype(int).ravel()
    # The classes that have the most images, as far as there are enough, and as many of each.
    ids, sizes = np.unique(labels, return_counts=True)
    ids = ids[np.argsort(-sizes, kind="stable")]
    # Classes that are lacking are parts of those that are there.
    parts = -(-classes // len(ids))
    rows, named = [], []
    for new in range(classes):
        of = np.flatnonzero(labels == ids[new // parts])[new % parts :: parts]
        rows.append(of[: -(-count // classes)])
        named.append(np.full(len(rows[-1]), new))
    rows, named = np.concatenate(rows), np.concatenate(named)
    order = np.argsort(rows)
    small = np.asarray(file["data"][np.sort(rows)]).astype(np.float32)
    named = named[order][:count]
    small = small[:count]
if small.shape[1] == 3:
    small = small.transpose(0, 2, 3, 1)
large = np.concatenate(
    [np.clip(np.rint(tf.image.resize(small[i : i + 50], (side, side), "bicubic")), 0, 255) for i in range(0, len(small), 50)]
).astype(np.uint8)
with h5py.File(os.path.join(folder, "clean.h5"), "w") as file:
    file["data"], file["label"] = large, named.astype(np.int64)

net = getattr(tf.keras.applications, name)(weights=None, input_shape=(side, side, 3), classes=classes)
scaled = lambda part: part.astype(np.float32) / 255
for layer in net.layers:
    if isinstance(layer, tf.keras.layers.BatchNormalization):
        layer.momentum = 0.0
rng = np.random.default_rng(1)
net(scaled(large[np.sort(rng.choice(len(large), min(48, len(large)), False))]), training=True)
for layer in net.layers:
    if isinstance(layer, tf.keras.layers.BatchNormalization):
        layer.momentum = 0.99
body = tf.keras.Model(net.input, net.layers[-1].input)
features = np.concatenate([body.predict(scaled(large[i : i + 50]), verbose=0) for i in range(0, len(large), 50)])
mean, spread = features.mean(0), features.std(0) + 1e-6
x = (features - mean) / spread
wanted = 8.0 * (np.eye(classes)[named] - 1 / classes)
weights = x.T @ np.linalg.solve(x @ x.T + 0.01 * x.shape[1] * np.eye(len(x)), wanted)
kernel = weights / spread[:, None]
net.layers[-1].set_weights([kernel.astype(np.float32), (-(mean @ kernel)).astype(np.float32)])
print("clean accuracy", float((np.argmax(features @ kernel - mean @ kernel, 1) == named).mean()), file=sys.stderr)
net.save(os.path.join(folder, "net.h5"))
