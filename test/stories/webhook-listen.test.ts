import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

it('npm run listen forwards events to the receiver of the README, which understands them', async () => {
  const example = /```ts\n([^`]*?)```/.exec(readFileSync(join(PROJECT_ROOT, 'README.md'), 'utf8'))![1]!;
  const folder = mkdtempSync(join(PROJECT_ROOT, 'test/receiver-'));
  const file = join(folder, 'receiver.ts');
  writeFileSync(file, example);
  const port = await findFreePort();
  const forward = ['--forward-to', `http://127.0.0.1:${port}/hook`, '--types', 'operation.succeeded'];
  const listening = run(join(PROJECT_ROOT, 'client/src/listen.ts'), forward, { WALLET_URL: service.url });
  await listening.until(/secret is (whsec_\S+)/);
  const secret = /secret is (whsec_\S+)/.exec(listening.output())![1]!;
  const receiver = run(file, [], { SECRET: secret, PORT: String(port) });
  try {
    const wallet = await createFundedWallet(service.url);
    const done = await operate(service.url, wallet, 'DEPOSIT', 1);
    await receiver.until(new RegExp(`operation.succeeded[^]*${String(done['id'])}`));
    await listening.until(/operation\.succeeded .* 204 in/);
  } finally {
    await Promise.all([listening.stop(), receiver.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
  const { body } = await request(service.url).get('/webhook-endpoints').expect(200);
  expect(body.data).toEqual([]);
}, 60_000);

function run(file: string, args: string[], env: Record<string, string>) {
  const child = spawn(process.execPath, [...RUN_SOURCE, file, ...args], {
    cwd: PROJECT_ROOT,
    env: { PATH: process.env['PATH'], ...env },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    output: () => output,
    async until(pattern: RegExp): Promise<void> {
      const deadline = Date.now() + 20_000;
      while (!pattern.test(output)) {
        if (Date.now() > deadline || child.exitCode !== null) throw new Error(`not said: ${pattern.source}: ${output}`);
        await delay(20);
      }
    },
    async stop(): Promise<void> {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
