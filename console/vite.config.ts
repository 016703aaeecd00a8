import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { type Plugin, defineConfig } from 'vite';

/** Files below this size are sent as they are: compressing them saves less than a packet. */
const LEAST_BYTES = 1_024;
/** The highest quality takes 6 s for 3 % less. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/** Writes each asset compressed beside itself, so that the API does not compress it for every browser. */
const compressAssets: Plugin = {
  name: 'compress-assets',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const [fileName, output] of Object.entries(bundle)) {
        const source = Buffer.from(output.type === 'chunk' ? output.code : output.source);
        if (fileName.endsWith('.html') || source.length < LEAST_BYTES) continue;
        this.emitFile({ type: 'asset', fileName: `${fileName}.br`, source: brotliCompressSync(source, BROTLI) });
        this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzipSync(source) });
      }
    },
  },
};

export default defineConfig({
  // Relative, because a proxy may serve the API under a prefix. The API writes the base of each page into it.
  base: './',
  publicDir: false,
  plugins: [compressAssets],
  oxc: { jsx: { runtime: 'automatic' } },
  build: {
    outDir: 'dist/app',
    // `/console/assets` is a page.
    assetsDir: 'static',
    // `light-dark()` stays as it is from these on.
    target: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    cssTarget: ['chrome123', 'edge123', 'firefox121', 'safari17.5'],
    // The policy of the page permits no script in it.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      onLog(level, log, handle) {
        // `use client` is for servers that render; every module of a library has it.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
});
