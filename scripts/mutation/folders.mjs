/** Tests in a folder of test/. */
const of = (folder, ...names) => names.map((name) => `test/${folder}/${name}.test.ts`);

/**
 * What is mutated, and the tests that are asked of it: quick ones, whose matter it is, so that a mutant costs seconds. A file belongs to the
 * first part that names it, or its folder; a part that names none has all the others. `least` is the share, in per cent, of a folder's
 * mutants that must be noticed.
 */
export const FOLDERS = {
  'functions/auth': { least: 85, parts: [{ tests: of('functions', 'tokens') }] },
  'models/signing': { least: 85, parts: [{ tests: of('models/signing', '*') }] },
  'models/bundle': {
    least: 85,
    parts: [
      {
        files: ['manifest.ts', 'earlier.ts', 'levels.ts', 'methods.ts'],
        tests: of('models/bundle', 'manifest'),
      },
      { files: ['read.ts', 'write.ts', 'place.ts'], tests: of('models/bundle', 'files') },
      { tests: of('models/bundle', 'packed') },
    ],
  },
  'models/store': {
    least: 85,
    parts: [
      { files: ['s3-files.ts'], tests: of('models/store', 's3-requests', 'fetch-whole') },
      { files: ['folder-files.ts'], tests: of('models/store', 'folder-files') },
      { files: ['seen-file.ts'], tests: of('models/store', 'seen-file') },
      { files: ['contents.ts', 'prune.ts'], tests: of('models/store', 'contents') },
      { files: ['folder.ts', 'find.ts', 'bundles.ts'], tests: of('models/store', 'find', 'contents') },
      {
        files: ['current.ts', 'move-pointer.ts', 'trusted.ts'],
        tests: of('models/store', 'current', 'trusted'),
      },
      { files: ['publish.ts'], tests: of('models/store', 'publish', 'current') },
      { files: ['migrate.ts'], tests: of('models/store', 'migrate') },
      { tests: of('models/store', 'open-store') },
    ],
  },
  'models/detector': {
    least: 0,
    parts: [
      { files: ['place'], tests: of('models/detector', 'place') },
      { tests: of('models/detector', '*') },
    ],
  },
};

/** What is not mutated: its tests need the native engine. */
export const LEFT_OUT = [
  'models/detector/onnx',
  'models/detector/open-passes.ts',
  'models/detector/passes.ts',
];
