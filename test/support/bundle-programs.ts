import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readFile } from 'node:fs/promises';
import { PROJECT_ROOT } from '@wallet/local/project';
import { build } from 'esbuild';
import { BUNDLES } from './program-command.ts';

/** Native code, which is loaded where it is installed. */
const EXTERNAL = ['msgpackr-extract', 'pg-native'];

/** Variables that CommonJS modules find in their scope. */
const BANNER = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);
const [__filename, __dirname] = [import.meta.filename, import.meta.dirname];`;

/** Puts each of these programs, as `npm run build` has built it, into one file together with all that it imports. */
export async function bundlePrograms(): Promise<void> {
  await build({
    entryPoints: Object.keys(BUNDLES).map((source) => ({
      in: join(PROJECT_ROOT, source.replace('/src/', '/dist/').replace('.ts', '.js')),
      out: BUNDLES[source]!,
    })),
    outdir: PROJECT_ROOT,
    outExtension: { '.js': '.mjs' },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
    external: EXTERNAL,
    banner: { js: BANNER },
    plugins: [
      {
        name: 'each module keeps its own address',
        setup(builder) {
          builder.onLoad({ filter: /\/(?:api|csv|shared|worker)\/dist\/.*\.js$/ }, async ({ path }) => ({
            contents: (await readFile(path, 'utf8')).replaceAll(
              'import.meta.url',
              JSON.stringify(pathToFileURL(path).href),
            ),
          }));
        },
      },
    ],
  });
}
