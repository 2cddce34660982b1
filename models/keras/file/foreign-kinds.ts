/** A file that is no net of Keras's, as far as its bytes tell. */
export interface Foreign {
  /** `a PyTorch file`. */
  readonly what: string;
  /** How it becomes a net that can be read, or what to give in its place. */
  readonly hint: string;
}

const LAYERS =
  "Build the same layers in Keras, give them these weights, and save with model.save('net.keras')";

/** Hints, by what a file is. */
export const FOREIGN = {
  pytorch: {
    what: 'a PyTorch file',
    hint: `${LAYERS}: of a Conv2d they are weight.permute(2, 3, 1, 0), of a Linear weight.T.`,
  },
  pickle: {
    what: 'a Python pickle',
    hint: "It is not opened: a pickle can run any code. Load it where you trust it, and save the net with model.save('net.keras').",
  },
  onnx: {
    what: 'an ONNX net',
    hint: `${LAYERS}: onnx.numpy_helper.to_array() reads them from model.graph.initializer.`,
  },
  tflite: {
    what: 'a TensorFlow Lite net',
    hint: "It can't be trained any more: give the Keras net (.h5, .keras) that it was converted from.",
  },
  savedModel: {
    what: 'a TensorFlow SavedModel',
    hint: "Where Keras wrote it, pip install tf-keras and python -c \"import tf_keras; tf_keras.models.load_model('FOLDER').save('net.h5')\" make a net that can be read.",
  },
  frozen: {
    what: 'a frozen TensorFlow graph',
    hint: 'It has no layers any more: give the Keras net (.h5, .keras) that it was frozen from.',
  },
  checkpoint: {
    what: 'a TensorFlow checkpoint',
    hint: "Build the net in Keras, model.load_weights() it, and save with model.save('net.keras').",
  },
  safetensors: {
    what: 'a safetensors file, weights without layers',
    hint: `${LAYERS}: safetensors.numpy.load_file() reads them.`,
  },
  tfjs: {
    what: 'a TensorFlow.js net',
    hint: 'pip install tensorflowjs, and tensorflowjs_converter --input_format=tfjs_layers_model --output_format=keras model.json net.h5 makes a net that can be read.',
  },
  tfjsGraph: {
    what: 'a TensorFlow.js graph',
    hint: 'It has no layers any more: give the Keras net (.h5, .keras) that it was converted from.',
  },
  architecture: {
    what: 'an architecture of Keras, layers without weights',
    hint: 'Give the file of weights, and this one with --architecture.',
  },
  numpy: {
    what: 'a NumPy file, arrays without layers',
    hint: `${LAYERS}: model.set_weights([arrays[name] for name in arrays]).`,
  },
  matlab: {
    what: 'a MATLAB file',
    hint: "In MATLAB exportNetworkToTensorFlow(net, 'folder'), then in Python import folder; folder.load_model().save('net.h5').",
  },
  image: {
    what: 'an image',
    hint: 'Give the net first: a .h5, .keras or .weights.h5 file of Keras.',
  },
  page: { what: 'a web page', hint: 'It came in place of the net: download the file itself.' },
  lfs: { what: 'a pointer of Git LFS', hint: 'git lfs pull fetches the file in its place.' },
  packed: { what: 'a packed archive', hint: 'Unpack it, and give the net that is in it.' },
} as const satisfies Record<string, Foreign>;
