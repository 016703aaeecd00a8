import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CommandRun, startCommand } from './client-command.ts';
import { type Service, startService } from './service.ts';
import { createFundedWallet } from './wallets.ts';

/** The setup for tests of `npm run batch`: one service per importing file, a folder and a wallet per test. */
export let service: Service;
export let folder: string;
export let wallet: string;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-command-'));
  wallet = await createFundedWallet(service.url);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

export function batch(...args: string[]): Promise<CommandRun> {
  return startCommand('batch', args, { WALLET_URL: service.url }).ended;
}

/** Run by npm in the folder of the test, as a user runs it. */
export function inFolder(...args: string[]): Promise<CommandRun> {
  const npm = { npm_lifecycle_event: 'batch', INIT_CWD: folder };
  return startCommand('batch', args, { WALLET_URL: service.url, ...npm }).ended;
}

export function write(name: string, ...lines: string[]): string {
  const path = join(folder, name);
  writeFileSync(path, lines.join('\n'));
  return path;
}

export async function countBatches(): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>('SELECT count(*)::int AS count FROM batches');
  return rows[0]!.count;
}
