// TensorFlow.js's wasm loader is CommonJS inside.
const REQUIRE = [
  "import { createRequire as goodnetCreateRequire } from 'node:module';",
  "import { fileURLToPath as goodnetPath } from 'node:url';",
  'const require = goodnetCreateRequire(import.meta.url);',
  'const __filename = goodnetPath(import.meta.url);',
  "const __dirname = goodnetPath(new URL('.', import.meta.url));",
].join('');

// TensorFlow.js asks for WebAssembly with threads in browsers alone; a twentieth of all code.
const noThreads = {
  name: 'no-threads',
  setup(build) {
    const namespace = 'no-threads';
    build.onResolve({ filter: /wasm-threaded-simd(\.worker)?\.js$/ }, ({ path }) => ({ path, namespace }));
    build.onLoad({ filter: /./, namespace }, () => ({
      contents: 'export default undefined; export const wasmWorkerContents = undefined;',
    }));
  },
};

/**
 * esbuild's options for a program that carries its packages with it, for the wasm engine: only sharp, which is native,
 * stays outside.
 */
export const selfContained = {
  bundle: true,
  minify: true,
  // So that an error shows a line, not the whole program.
  lineLimit: 200,
  sourcemap: true,
  sourcesContent: false,
  platform: 'node',
  // TensorFlow.js's ES modules: a quarter smaller than its CommonJS.
  mainFields: ['module', 'main'],
  format: 'esm',
  target: 'node20',
  // node-fetch is what TensorFlow.js takes where there is no fetch of Node's own.
  // The AWS SDK is loaded where S3 is asked for alone; Lambda has its own.
  external: ['sharp', 'node-fetch', '@aws-sdk/*'],
  plugins: [noThreads],
  banner: { js: REQUIRE },
  logLevel: 'warning',
};
