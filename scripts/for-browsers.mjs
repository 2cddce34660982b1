/** How esbuild makes the pages' programs. */
export const forBrowsers = {
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
  metafile: true,
};
