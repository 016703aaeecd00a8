import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '@wallet/local/project';

interface Bom {
  readonly bomFormat: string;
  readonly components: readonly { readonly name: string; readonly version: string; readonly purl: string }[];
}

// With --omit=dev npm leaves out zod and others, which development tools use too: so all packages are listed, and those
// are marked.
it('npm run sbom lists every shipped package with its version, and names no private registry', async () => {
  const { stdout } = await promisify(execFile)('npm', ['run', '--silent', 'sbom'], {
    cwd: PROJECT_ROOT,
    maxBuffer: 64 * 1024 * 1024,
  });
  const bom = JSON.parse(stdout) as Bom;
  expect(bom.bomFormat).toBe('CycloneDX');
  const shipped = ['api', 'csv', 'shared', 'worker'].flatMap((folder) => {
    const text = readFileSync(join(PROJECT_ROOT, folder, 'package.json'), 'utf8');
    return Object.entries((JSON.parse(text) as { dependencies: Record<string, string> }).dependencies);
  });
  const listed = new Set(bom.components.map(({ purl }) => purl));
  expect(shipped.map(([name]) => name)).toEqual(expect.arrayContaining(['express', 'bullmq', 'pg']));
  for (const [name, version] of shipped) expect(listed).toContain(`pkg:npm/${name.replace('@', '%40')}@${version}`);
  const urls = stdout.match(/https?:\/\/[^/"]+/g) ?? [];
  expect(urls.filter((url) => /localhost|127\.|\.internal|:\d+$|artifact|nexus|proxy|mirror/.test(url))).toEqual([]);
}, 60_000);
