import { currentEngine } from '../engine';
import { onTensorFlow, type Passed, type Passes } from './passes';

/** Makes nets ready to answer: on ONNX Runtime where that answers and can run them, else on TensorFlow.js. */
export async function openPasses(passed: Passed): Promise<Passes> {
  const { onnx } = currentEngine();
  if (!onnx) return onTensorFlow(passed);
  // Apart: Lambda's function never comes here.
  const { onOnnx, Unrunnable } = await import('./onnx/passes');
  try {
    return await onOnnx(onnx, passed);
  } catch (error) {
    if (!(error instanceof Unrunnable)) throw error;
    return { ...onTensorFlow(passed), without: error.message };
  }
}
