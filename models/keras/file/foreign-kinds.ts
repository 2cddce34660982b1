/** A file that is no net of Keras's, as far as its bytes tell. */
export interface Foreign {
  /** `a PyTorch file`. */
  readonly what: string;
  /** How it becomes a net that can be read, or what to give in its place. */
  readonly hint: string;
}

const LAYERS =
  "Build the same layers in Keras, give them these weights, and save with model.save('net.keras')";
/** Opens what may run any code, so it is told and not done. */
const EXPORT = "torch.onnx.export(net.eval(), torch.rand(1, 3, 224, 224), 'net.onnx')";

/** Hints, by what a file is. */
export const FOREIGN = {
  pytorch: {
    what: 'a PyTorch file',
    hint: `It is not opened: it can run any code. Where you trust it, have PyTorch export it with the size of your images, and give net.onnx: net = torch.load('FILE', weights_only=False), or build the net and net.load_state_dict(torch.load('FILE')); then ${EXPORT} (docs/pytorch.md).`,
  },
  pickle: {
    what: 'a Python pickle',
    hint: "It is not opened: a pickle can run any code. Load it where you trust it, and save the net with model.save('net.keras'), or torch.onnx.export it.",
  },
  onnx: {
    what: 'an ONNX net',
    hint: 'Give it as the net: goodnet inspect net.onnx.',
  },
  tflite: {
    what: 'a TensorFlow Lite net',
    hint: 'Give the Keras net (.h5, .keras) that it was converted from; or, where it is not quantized, pip install tf2onnx, and python -m tf2onnx.convert --tflite net.tflite --output net.onnx makes a net that can be read.',
  },
  savedModel: {
    what: 'a TensorFlow SavedModel',
    hint: "Where Keras wrote it, pip install tf-keras and python -c \"import tf_keras; tf_keras.models.load_model('FOLDER').save('net.h5')\" make a net that can be read; else pip install tf2onnx and python -m tf2onnx.convert --saved-model FOLDER --output net.onnx.",
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
    hint: `Build the net in PyTorch, net.load_state_dict(safetensors.torch.load_file('FILE')), and export it: ${EXPORT} (docs/pytorch.md).`,
  },
  tfjs: {
    what: 'a TensorFlow.js net',
    hint: 'Give its model.json, with its files of weights beside it.',
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
    hint: "In MATLAB exportONNXNetwork(net, 'net.onnx') writes a net that can be read.",
  },
  image: {
    what: 'an image',
    hint: 'Give the net first: a .h5, .keras or .onnx file.',
  },
  page: { what: 'a web page', hint: 'It came in place of the net: download the file itself.' },
  lfs: { what: 'a pointer of Git LFS', hint: 'git lfs pull fetches the file in its place.' },
  packed: { what: 'a packed archive', hint: 'Unpack it, and give the net that is in it.' },
} as const satisfies Record<string, Foreign>;
