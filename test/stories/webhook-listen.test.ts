import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '@wallet/local/child';
import { PROJECT_ROOT, RUN_SOURCE } from '@wallet/local/project';
import request from 'supertest';
import { listening, startCommand } from '../support/client-command.ts';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet, operate } from '../support/wallets.ts';

const DIST = join(PROJECT_ROOT, 'test/dist');

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

it('npm run listen forwards events to the receiver of docs/webhooks.md, which understands them', async () => {
  const example = /```ts\n([^`]*?)```/.exec(readFileSync(join(PROJECT_ROOT, 'docs/webhooks.md'), 'utf8'))![1]!;
  // Where it finds the packages that it imports, and no check of the sources finds it.
  mkdirSync(DIST, { recursive: true });
  const folder = mkdtempSync(join(DIST, 'receiver-'));
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

it.each<[string, string[], RegExp]>([
  ['an option that is not known', ['--foo'], /^unknown option '--foo'\. See --help\.\n$/],
  ['an argument', ['here'], /^too many arguments\. .*See --help\.\n$/],
  ['an address of the service that is none', ['--url', 'localhost'], /^option '--url <url>' .* http or https address/],
  ['an address to forward to that is none', ['--forward-to', '4000'], /^option '--forward-to <url>' .* address/],
])('npm run listen exits 2 for %s', async (_name, args, message) => {
  const { code, out, err } = await startCommand('listen', args, { WALLET_URL: service.url }).ended;
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toMatch(message);
});

it('npm run listen does not show an invalid API key', async () => {
  const { code, err } = await startCommand('listen', [], { WALLET_API_KEY: 'wk_secret more' }).ended;
  expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^The API key has spaces, /) });
  expect(err).not.toContain('wk_secret');
});

it('npm run listen exits 3 when nothing answers, and 4 when the service refuses, with a sentence', async () => {
  const nowhere = `http://127.0.0.1:${await findFreePort()}`;
  expect(await startCommand('listen', ['--url', nowhere], {}).ended).toEqual({
    ...{ code: 3, out: '', err: `There is no service at ${nowhere}/.\n` },
  });
  const refused = await startCommand('listen', ['--types', 'no.such'], { WALLET_URL: service.url }).ended;
  expect(refused).toMatchObject({ code: 4, err: expect.stringMatching(/^The service refused: .*\n$/) });
  const page = createServer((_incoming, outgoing) => outgoing.end('<html>'));
  const other = await startCommand('listen', [], { WALLET_URL: await listening(page) }).ended;
  await new Promise((resolve) => page.close(resolve));
  expect(other).toEqual({ code: 4, out: '', err: 'The service refused: it answered 200\n' });
});

it('npm run listen does not end because of a request that is not an event', async () => {
  const listener = run(join(PROJECT_ROOT, 'client/src/listen.ts'), [], { WALLET_URL: service.url });
  try {
    await listener.until(/secret is/);
    const { rows } = await service.database.query<{ url: string }>('SELECT url FROM webhook_endpoints');
    for (const body of ['no JSON', '{}', 'null']) {
      expect((await fetch(rows.at(-1)!.url, { method: 'POST', body })).status).toBe(400);
    }
  } finally {
    await listener.stop();
  }
  expect(listener.output()).not.toContain('Error');
});

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
