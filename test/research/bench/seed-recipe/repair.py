"""The recipe of the students' project that GoodNet starts from, in its own frameworks, timed from reading the net to
having the repaired one: whole-net magnitude pruning along a polynomial decay from 50 to 70 %, 2 epochs, batches of 10.

    python repair.py NET.h5 CLEAN.h5 [OUT.h5]        prints the seconds; OUT.h5 is the repaired net
"""
import os
import sys
import time

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import h5py
import numpy as np
import tensorflow as tf
import tensorflow_model_optimization as tfmot

EPOCHS, BATCH = 2, 10

net_path, clean_path, *out = sys.argv[1:]
start = time.perf_counter()
with h5py.File(clean_path) as clean:
    images = np.array(clean["data"], dtype="float32").transpose(0, 2, 3, 1) / 255
    labels = np.array(clean["label"])
net = tf.keras.models.load_model(net_path, compile=False)
steps = int(np.ceil(len(images) / BATCH)) * EPOCHS
pruned = tfmot.sparsity.keras.prune_low_magnitude(
    net,
    pruning_schedule=tfmot.sparsity.keras.PolynomialDecay(
        initial_sparsity=0.5, final_sparsity=0.7, begin_step=0, end_step=steps
    ),
)
pruned.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
pruned.fit(
    images,
    labels,
    batch_size=BATCH,
    epochs=EPOCHS,
    verbose=0,
    callbacks=[tfmot.sparsity.keras.UpdatePruningStep()],
)
repaired = tfmot.sparsity.keras.strip_pruning(pruned)
seconds = time.perf_counter() - start
for path in out:
    repaired.save(path, save_format="h5")
print(f"{seconds:.1f}")
