import type { Browser, Page } from 'playwright-core';
import { FAILED, tellFailure } from '@wallet/shared/process/tell-failure';
import { launchChromium } from './chromium.ts';
import { addHistory, historyWallet, makeHistoryWallets } from './fill-history.ts';
import { readArgument } from './read-argument.ts';
import { makeDatabase, startServers } from './servers.ts';
import { startService } from './service.ts';
import { percentile } from './statistics.ts';
import { withStops } from './stops.ts';

/**
 * `npm run bench:console [-- operations]`: how long each page of the console takes, from following a link until its
 * data is there, with an empty browser cache. The database holds 1,000,000 operations, or as many as given, and 1,000
 * batches. Exits with 1 if a page takes a second or more.
 */
const HELP = `[-- operations]

Measures how long each page of the console takes to load beside so many operations (1,000,000) and 1,000 batches. It starts its own
servers, and needs Chromium.`;
const OPERATIONS = readArgument('npm run bench:console', HELP, 1_000_000);
const WALLETS = 50_000;
const BATCHES = 1_000;
const LINES = 10;
const AT_ONCE = 4;
const ROUNDS = 5;
const MOST_MS = 1_000;
const MOST_BYTES = 400_000;
const PATIENCE_MS = 30_000;

interface Visit {
  readonly name: string;
  readonly path: string;
  /** An element that appears with its data. */
  readonly until: string;
}

type Ask = (path: string, body?: object) => Promise<{ id: string; data: readonly { id: string }[] }>;

async function measureConsole(): Promise<boolean> {
  return await withStops(async (stops) => {
    const servers = await startServers(stops);
    const database = await makeDatabase(servers, 1);
    process.stdout.write(`filling a database with ${OPERATIONS} operations and ${BATCHES} batches\n`);
    await makeHistoryWallets(database.pool, WALLETS);
    await addHistory(database.pool, 0, OPERATIONS, WALLETS);
    const service = await startService(servers, { filled: { database, walletIds: [historyWallet(1)] } });
    const origin = `http://127.0.0.1:${service.ports[0]}`;
    const ask: Ask = async (path, body) => {
      const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
      const init = body === undefined ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
      const response = await fetch(origin + path, init);
      if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return (await response.json()) as Awaited<ReturnType<Ask>>;
    };
    await sendBatches(ask);
    const browser = await launchChromium();
    stops.add(() => browser.close());
    const visits = await planVisits(ask);
    const { slowest, bytes } = await measureVisits(browser, origin, visits);
    process.stdout.write(`compressed assets: ${Math.ceil(bytes / 1_000)} KB (at most ${MOST_BYTES / 1_000})\n`);
    return slowest < MOST_MS && bytes < MOST_BYTES;
  });
}

async function sendBatches(ask: Ask): Promise<void> {
  for (let sent = 0; sent < BATCHES; sent += AT_ONCE) {
    await Promise.all(
      Array.from({ length: AT_ONCE }, (_, index) => {
        const wallet_id = historyWallet(1 + sent + index);
        const line = { type: 'deposit', wallet_id, amount: '1.00' };
        return ask('/batches', { operations: Array.from({ length: LINES }, () => line) });
      }),
    );
  }
}

async function planVisits(ask: Ask): Promise<readonly Visit[]> {
  const first = async (path: string): Promise<string> => (await ask(path)).data[0]?.id ?? '';
  const operation = await first('/operations?limit=1');
  const batch = await first('/batches?limit=1');
  const endpoint = (await ask('/webhook-endpoints', { url: 'http://127.0.0.1:9/', description: 'nobody' })).id;
  const wallet = historyWallet(1);
  const [rows, facts] = ['main tbody tr', 'main .facts'];
  return [
    { name: 'overview', path: '/', until: 'main .verdict' },
    { name: 'operations', path: '/operations', until: rows },
    { name: 'operations that failed', path: '/operations?status=failed', until: `${rows}, main .empty` },
    { name: 'operations of a wallet', path: `/operations?wallet_id=${wallet}`, until: rows },
    { name: 'operation', path: `/operations/${operation}`, until: 'main .timeline' },
    { name: 'wallets', path: '/wallets', until: rows },
    { name: 'wallet', path: `/wallets/${wallet}`, until: 'main canvas' },
    { name: 'house accounts', path: '/accounts', until: rows },
    { name: 'assets', path: '/assets', until: rows },
    { name: 'batches', path: '/batches', until: rows },
    { name: 'batch', path: `/batches/${batch}`, until: '[aria-label=Lines] tbody tr' },
    { name: 'webhook endpoints', path: '/webhooks', until: rows },
    { name: 'webhook endpoint', path: `/webhooks/${endpoint}`, until: facts },
    { name: 'access', path: '/access', until: 'main tbody tr, main .empty' },
    { name: 'search', path: `/search?q=${wallet}`, until: facts },
  ];
}

async function measureVisits(browser: Browser, origin: string, visits: readonly Visit[]) {
  let [slowest, bytes] = [0, 0];
  for (const { name, path, until } of visits) {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const started = performance.now();
      await page.goto(`${origin}/console${path}`, { waitUntil: 'commit' });
      await page.locator(until).first().waitFor({ timeout: PATIENCE_MS });
      times.push(performance.now() - started);
      bytes = Math.max(bytes, await bytesOf(page));
      await context.close();
    }
    const time = percentile(times, 0.5);
    slowest = Math.max(slowest, time);
    process.stdout.write(
      `${name.padEnd(24)} ${time.toFixed(0).padStart(6)} ms, at most ${Math.max(...times).toFixed(0)}\n`,
    );
  }
  return { slowest, bytes };
}

/** The transferred size of the compressed assets. */
async function bytesOf(page: Page): Promise<number> {
  return await page.evaluate<number>(
    `performance.getEntriesByType('resource').filter(({ name }) => name.includes('/static/'))
       .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0)`,
  );
}

try {
  if (!(await measureConsole())) process.exitCode = 1;
} catch (error) {
  tellFailure(error, 'The benchmark failed');
  process.exitCode = FAILED;
}
