import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Violation } from './violation.ts';

/** No secret stands in any log under the folder. A secret of webhooks is looked for with and without its prefix. */
export function checkLogs(folder: string, secrets: readonly string[]): Violation[] {
  const wanted = secrets.map((secret) => secret.replace('whsec_', '')).filter(Boolean);
  return logsUnder(folder).flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return wanted
      .filter((secret) => text.includes(secret))
      .map(() => ({ law: 'secret_in_log' as const, at: null, detail: `a secret stands in ${file}` }));
  });
}

function logsUnder(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const file = join(folder, name);
    if (statSync(file).isDirectory()) return name === 'postgres' && folder.endsWith('postgres') ? [] : logsUnder(file);
    return name.endsWith('.log') ? [file] : [];
  });
}
