import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Month } from '@wallet/shared/words/month';
import * as rig from '../support/archive-rig.ts';
import { breakTheLaw } from '../support/break-the-law.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** The files of an archive are the only copy of its history: changes to them are found, and then not used. */

let service: Service;
let folder: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-archive-'));
  service = await startService();
});
afterEach(async () => {
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

const archive = (before: Month): Promise<number> => rig.archive(service, folder, before);
const verify = (): Promise<string[]> => rig.verify(service, folder);
const work = (wallets: readonly string[]): Promise<void> => rig.work(service, wallets);
const inMonth = (month: Month, done: () => Promise<unknown>): Promise<void> => rig.inMonth(service, month, done);

beforeEach(async () => {
  const wallets = [await createFundedWallet(service.url), await createFundedWallet(service.url)];
  await inMonth('2026-01', () => work(wallets));
  await inMonth('2026-02', () => work(wallets));
});

const path = (month: Month, name: string): string => join(folder, month, name);

it('every change to the files is found, and then nothing is deleted', async () => {
  await archive('2026-02');
  await archive('2026-03');
  expect(await verify()).toEqual([]);
  const file = path('2026-01', 'movements.csv.gz');
  const bytes = readFileSync(file);
  const changed = Buffer.from(bytes);
  changed[changed.length - 20]! ^= 1;
  writeFileSync(file, changed);
  expect(await verify()).toEqual([expect.stringMatching(/movements\.csv\.gz was changed/)]);

  // With a matching manifest: then it differs from the one that the next month and the database know.
  const rows = gunzipSync(bytes).toString();
  const forged = gzipSync(
    rows.replace(/^([^,]+,0,\d+,\d+,)(-?\d+)/m, (_, start, balance) => `${start}${Number(balance) - 1}`),
  );
  writeFileSync(file, forged);
  const manifest = readFileSync(path('2026-01', 'manifest.json'), 'utf8');
  const sha = (data: Buffer): string => createHash('sha256').update(data).digest('hex');
  writeFileSync(
    path('2026-01', 'manifest.json'),
    manifest.replace(sha(bytes), sha(forged)).replace(`"bytes": ${bytes.length}`, `"bytes": ${forged.length}`),
  );
  expect(await verify()).toEqual([
    expect.stringMatching(/2026-01: the movements of account \d+ do not lead from version/),
    expect.stringMatching(/2026-02 does not continue the month before it/),
    '2026-01 is not what the database has recorded',
  ]);
  writeFileSync(file, bytes);
  rmSync(path('2026-01', 'manifest.json'));
  expect(await verify()).toEqual([
    expect.stringMatching(/2026-01 has no manifest/),
    expect.stringMatching(/2026-02 does not continue the month before it/),
    '2026-01 is recorded in the database, but missing',
  ]);
});

it('a recorded month is only deleted by its own files', async () => {
  await archive('2026-02');
  await breakTheLaw(service.database, 'UPDATE archives SET removed_at = NULL');
  const file = path('2026-01', 'operations.csv.gz');
  const bytes = readFileSync(file);
  writeFileSync(file, gzipSync(gunzipSync(bytes).toString().replaceAll('deposit', 'withdraw')));
  await expect(archive('2026-03')).rejects.toThrow(/operations.csv.gz was changed: .* Nothing more is deleted/);
  writeFileSync(file, bytes);
  rmSync(path('2026-01', 'manifest.json'));
  await expect(archive('2026-03')).rejects.toThrow(/2026-01 was written to another folder/);
});

it('an existing folder is only reused if it is what would be written', async () => {
  mkdirSync(join(folder, '2026-01'));
  await expect(archive('2026-02')).rejects.toThrow(/2026-01 exists already, and is not the archive of 2026-01/);
  rmSync(join(folder, '2026-01'), { recursive: true });
  expect(await archive('2026-02')).toBeGreaterThan(0);
});
