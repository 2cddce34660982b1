"""Loads nets with Keras and answers images with them: `keras_answers.py FOLDER`, where FOLDER holds NAME.h5 and NAME.images
(little-endian float32). Writes NAME.answers, likewise, and prints each net's layers as JSON."""
import glob
import json
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
import keras  # noqa: E402
import numpy as np  # noqa: E402

told = {}
for path in sorted(glob.glob(os.path.join(sys.argv[1], '*.h5'))):
    name = path[: -len('.h5')]
    model = keras.models.load_model(path)
    images = np.fromfile(name + '.images', '<f4').reshape(-1, *model.input_shape[1:])
    np.asarray(model(images, training=False), '<f4').tofile(name + '.answers')
    told[os.path.basename(name)] = [layer.__class__.__name__ for layer in model.layers]
print(json.dumps(told))
