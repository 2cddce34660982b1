import { onnxFile, small, type TestNode, wholes } from './write-onnx';

/** ONNX nets that would hang or swell what reads them: their names and bytes; each is to be refused. */
export const HOSTILE_NETS: Readonly<Record<string, () => Uint8Array>> = {
  'functions that multiply, ten times at 12 levels': () => multiplying(12, 10, 'o'),
  'functions that multiply names of 100,000 characters': () => multiplying(12, 10, 'o'.repeat(1e5)),
  'constants that double 40 times': () =>
    chained(40, (from, to) => ({
      operator: 'Concat',
      inputs: [from, from],
      outputs: [to],
      attributes: { axis: 0 },
    })),
  'constants of 500,000 values, added up 20,000 times': () =>
    chained(20_000, (from, to) => ({ operator: 'Add', inputs: [from, 'n'], outputs: [to] })),
  'a tensor that claims 4 EB': () =>
    onnxFile(small([], { weights: { w: { dims: [2 ** 30, 2 ** 30], raw: new Uint8Array(4) } } })),
  '90,000 nodes on one tensor': () =>
    onnxFile(
      small([
        ...Array.from({ length: 30_000 }, (_, i) => ({
          operator: 'Add',
          inputs: ['m', i === 0 ? 'm' : `s${i - 1}`],
          outputs: [`s${i}`],
        })),
      ]),
    ),
  'an attribute of 60,000 numbers, 100 times': () =>
    onnxFile(
      small(
        Array.from({ length: 100 }, (_, i) => ({
          operator: 'Relu',
          inputs: [i === 0 ? 'm' : `a${i - 1}`],
          outputs: [`a${i}`],
          attributes: { odd: Array.from({ length: 60_000 }, () => 1) },
        })),
      ),
    ),
};

function multiplying(levels: number, calls: number, name: string): Uint8Array {
  const functions = Array.from({ length: levels }, (_, level) => ({
    name: `L${level}`,
    inputs: ['i'],
    outputs: [`${name}${calls - 1}`],
    nodes: Array.from({ length: calls }, (_, i) => ({
      operator: level === levels - 1 ? 'Relu' : `L${level + 1}`,
      ...(level < levels - 1 && { domain: 'own' }),
      inputs: [i === 0 ? 'i' : `${name}${i - 1}`],
      outputs: [`${name}${i}`],
    })),
  }));
  const call = { operator: 'L0', inputs: ['m'], outputs: ['a'], domain: 'own' };
  return onnxFile(small([call], { functions }));
}

/** Nodes on constants, one after the other, from 500,000 zeros on. */
function chained(length: number, node: (from: string, to: string) => TestNode): Uint8Array {
  const nodes = Array.from({ length }, (_, i) => node(i === 0 ? 'zeros' : `c${i - 1}`, `c${i}`));
  const zeros = { operator: 'ConstantOfShape', inputs: ['count'], outputs: ['zeros'] };
  const use = { operator: 'Add', inputs: ['m', `c${length - 1}`], outputs: ['a'] };
  return onnxFile(
    small([zeros, ...nodes, use], { weights: { count: wholes(500_000), n: { dims: [1], values: [1] } } }),
  );
}
