import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';

const folder = mkdtempSync(join(tmpdir(), 'wallet-image-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('the image of the API builds the console from the files that it copies', () => {
  const stages = readFileSync(join(PROJECT_ROOT, 'Dockerfile.api'), 'utf8').split(/^FROM /m);
  const copied = ['manifests', 'console'].flatMap((name) => {
    const stage = stages.find((each) => new RegExp(`^\\S+ AS ${name}$`, 'm').test(each))!;
    return [...stage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources]) => sources!.split(' '));
  });
  expect(copied).toContain('console');
  // Files of an earlier build there are in .dockerignore.
  const isSource = (path: string): boolean => !/\/(dist|node_modules)(\/|$)/.test(path.slice(PROJECT_ROOT.length));
  for (const path of copied)
    cpSync(join(PROJECT_ROOT, path), join(folder, path), { recursive: true, filter: isSource });
  symlinkSync(join(PROJECT_ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build', '--workspace=console'], { cwd: folder, stdio: 'pipe' });
  expect(readdirSync(join(folder, 'console/dist/app'))).toContain('index.html');
});
