// `npm run census -- FOLDER [--reference FILE.npz|FILE.h5] [--input-size 224]`: which nets below a folder can be used.
import { statSync } from 'node:fs';
import { parseSize } from '../../../build-repair/size';
import { startEngine } from '../../../models/engine';
import { UsageError } from '../../../models/errors';
import { readArgs } from '../../command-line';
import { runCommand } from '../../run-command';
import { census, type Found, netsBelow } from './census';
import { openReference } from './reference';

/** Differences from the answers of Keras, or of ONNX Runtime, that are rounding. Origin: chosen by hand; nothing is decided by it. */
const ROUNDING = 1e-4;

const { positionals, values } = readArgs(import.meta.filename, {
  reference: { type: 'string' },
  'input-size': { type: 'string' },
});
const [folder] = positionals;
await runCommand(run);

async function run(): Promise<void> {
  if (folder === undefined)
    throw new UsageError('Which folder? npm run census -- FOLDER [--reference FILE] [--input-size SIZE]');
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`${folder} is no folder`);
  const size = values['input-size'];
  const options = {
    inputSize: size === undefined ? undefined : parseSize(size),
    stored: values.reference === undefined ? undefined : await openReference(values.reference),
  };

  await startEngine();
  const all: Found[] = [];
  for (const path of netsBelow(folder)) {
    const found = await census(folder, path, options);
    all.push(found);
    const compared =
      found.difference === undefined ? '' : `, ${found.difference.toExponential(1)} from the stored answers`;
    console.log(
      [`${found.path}: ${found.verdict}${compared}`, ...found.told.map((line) => `  ${line}`)].join('\n'),
    );
  }
  const count = (verdict: Found['verdict']) => all.filter((found) => found.verdict === verdict).length;
  const nets = all.length - count('no net');
  const compared = all.flatMap(({ difference }) => difference ?? []);
  const alike = compared.filter((difference) => difference <= ROUNDING).length;
  console.log(
    [
      '',
      `${count('can be used')} of ${nets} nets can be used, ${count('refused')} are refused, ${count('failed')} failed.`,
      ...(compared.length > 0
        ? [`${alike} of ${compared.length} compared answer as stored (within ${ROUNDING}).`]
        : []),
    ].join('\n'),
  );
}
