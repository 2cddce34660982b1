import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = join(root, 'node_modules/@cyclonedx/cyclonedx-esbuild/bin/cyclonedx-esbuild-cli.js');

/**
 * What esbuild has put into programs, told by the metafiles of its runs.
 * @returns a CycloneDX document, and for each of its packages the name, version, licence (SPDX, where it is told so) and the
 * texts of its licence files
 */
export function inlined(metafiles) {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-inlined-'));
  try {
    const all = withoutOurs({
      inputs: Object.assign({}, ...metafiles.map(({ inputs }) => inputs)),
      outputs: Object.assign({}, ...metafiles.map(({ outputs }) => outputs)),
    });
    writeFileSync(join(work, 'metafile.json'), JSON.stringify(all));
    const options = ['--gather-license-texts', '--output-reproducible', '--no-validate'];
    const files = ['--output-file', join(work, 'bom.json'), join(work, 'metafile.json')];
    execFileSync(process.execPath, [program, ...options, ...files], { cwd: root, stdio: 'pipe' });
    const bom = JSON.parse(readFileSync(join(work, 'bom.json'), 'utf8'));
    const packages = (bom.components ?? []).map(packageOf);
    for (const component of bom.components ?? []) delete component.evidence;
    // The page asks through our own client.
    return { bom, packages: packages.filter(({ name }) => name !== 'goodnet-client') };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Leaves out what scripts/self-contained.mjs puts in the place of modules: no package is behind it. */
function withoutOurs({ inputs, outputs }) {
  const isOthers = (path) => !path.startsWith('no-threads:');
  const kept = (map) => Object.fromEntries(Object.entries(map).filter(([path]) => isOthers(path)));
  const entries = (map, change) =>
    Object.fromEntries(Object.entries(map).map(([k, each]) => [k, change(each)]));
  return {
    inputs: entries(kept(inputs), (each) => ({
      ...each,
      imports: each.imports.filter(({ path }) => isOthers(path)),
    })),
    outputs: entries(outputs, (each) => ({ ...each, inputs: kept(each.inputs) })),
  };
}

function packageOf({ group, name, version, licenses = [], evidence }) {
  const [told] = licenses;
  return {
    name: group ? `${group}/${name}` : name,
    version,
    licence: told?.expression ?? told?.license?.id ?? told?.license?.name,
    texts: (evidence?.licenses ?? []).map(({ license: { text } }) =>
      Buffer.from(text.content, text.encoding ?? 'utf8').toString('utf8'),
    ),
  };
}
