import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS_FOLDER } from '@wallet/local/project';
import { runAudit } from '@wallet/shared/database/audit';
import { migrateDatabase } from '@wallet/shared/database/migrate/migrate';
import request from 'supertest';
import { readFeed, untilFed } from '../support/read-feed.ts';
import { type Service, startService } from '../support/service.ts';
import { type StandbyPair, startStandbyPair } from '../support/standby-pair.ts';
import { balanceOf, createFundedWallet, operate } from '../support/wallets.ts';

/**
 * A lagging standby is promoted: callers and readers learn what may be missing, and lose nothing if they send it again.
 */

jest.setTimeout(120_000);

let folder: string;
let pair: StandbyPair;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wallet-failover-'));
  pair = await startStandbyPair(folder);
  await migrateDatabase(pair.primary.url, MIGRATIONS_FOLDER, 4);
});
afterAll(async () => {
  await pair.stop();
  rmSync(folder, { recursive: true, force: true });
});

const serve = (databaseUrl: string, queuePrefix: string): Promise<Service> =>
  startService({ target: { databaseUrl, redisUrl: process.env['TEST_REDIS_URL']!, queuePrefix } });
const deposit = (url: string, wallet: string, key: string): Promise<Record<string, unknown>> =>
  operate(url, wallet, 'DEPOSIT', '1.00', { idempotency_key: key });
const refused = async (url: string, after: string): Promise<Record<string, unknown>> =>
  (await request(url).get('/events').query({ after }).expect(410)).body as Record<string, unknown>;

it('refuses cursors of the previous epoch, says where to continue, and accepts lost operations again', async () => {
  const before = await serve(pair.primary.url, 'failover-before');
  await request(before.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:9/' }).expect(201);
  const wallet = await createFundedWallet(before.url, '1.00');
  const kept = await deposit(before.url, wallet, 'kept');
  const cursorOfKept = (await untilFed(before.url, 2)).next;
  await pair.caughtUp();
  await pair.leavePrimary();
  const lost = await deposit(before.url, wallet, 'lost');
  const cursorOfLost = (await untilFed(before.url, 1, cursorOfKept)).next;
  await before.stop();
  await pair.failOver();

  const after = await serve(pair.standby.url, 'failover-after');
  try {
    const { epoch } = (await request(after.url).get('/health').expect(200)).body;
    expect(epoch).toMatchObject({ reason: 'promotion' });
    expect(Date.parse(epoch.complete_until)).toBeGreaterThanOrEqual(Date.parse(String(kept['completed_at'])));
    expect(Date.parse(epoch.complete_until)).toBeLessThanOrEqual(Date.parse(String(lost['created_at'])));

    const ofKept = await refused(after.url, cursorOfKept);
    expect(ofKept).toMatchObject({ code: 'epoch_ended', epoch: epoch.id, events_in_doubt: 0 });
    expect(await refused(after.url, cursorOfLost)).toMatchObject({
      ...{ code: 'epoch_ended', events_in_doubt: 1, continue_after: ofKept['continue_after'] },
      complete_until: epoch.complete_until,
    });

    await request(after.url)
      .get(`/operations/${String(lost['id'])}`)
      .expect(404);
    expect(await deposit(after.url, wallet, 'kept')).toMatchObject({ id: kept['id'] });
    expect(await deposit(after.url, wallet, 'lost')).toMatchObject({ status: 'succeeded' });
    expect(await balanceOf(after.url, wallet)).toBe('3.00');

    const page = await untilFed(after.url, 1, String(ofKept['continue_after']));
    expect(page).toMatchObject({ ids: [expect.any(String)], epoch: epoch.id });
    expect((await readFeed(after.url, page.next)).ids).toEqual([]);
    expect((await runAudit(after.database, { tell: () => undefined })).violations).toBe(0);
  } finally {
    await after.stop();
  }
});

it('an API that runs through a promotion forgets what was lost, and its other requests do not notice', async () => {
  const folderOfOther = mkdtempSync(join(tmpdir(), 'wallet-failover-'));
  const other = await startStandbyPair(folderOfOther);
  await migrateDatabase(other.primary.url, MIGRATIONS_FOLDER, 4);
  const service = await serve(other.url, 'failover-beside');
  try {
    const { url } = service;
    const kept = await createFundedWallet(url, '1.00');
    await other.caughtUp();
    await other.leavePrimary();
    const lost = await createFundedWallet(url, '1.00');
    await other.failOver();

    const post = (wallet: string) =>
      request(url).post(`/wallets/${wallet}/operation`).send({ operation_type: 'DEPOSIT', amount: '1.00' });
    // While the API still trusts its cache, only requests that name it are refused.
    let status = 0;
    const deadline = Date.now() + 20_000;
    while (status !== 404) {
      if (Date.now() > deadline) throw new Error(`the wallet that was lost is answered ${status}`);
      // The first is written by itself; the others wait for it, and are written together.
      const [first, ofLost, ...others] = await Promise.all([kept, lost, kept, kept, kept, kept].map(post));
      ({ status } = ofLost!);
      expect(status).not.toBe(202);
      // Before the session with the lost server is left.
      for (const answer of [first, ...others]) if (answer!.status !== 202) expect(answer!.status).toBe(503);
    }
    await post(kept).expect(202);
    const legs = [{ from: { wallet_id: kept }, to: { wallet_id: lost }, amount: '1.00' }];
    const { body } = await request(url).post('/postings').send({ legs }).expect(404);
    expect(body).toMatchObject({ code: 'wallet_not_found' });
    await service.drained();
    expect((await runAudit(service.database, { tell: () => undefined })).violations).toBe(0);
  } finally {
    await service.stop();
    await other.stop();
    rmSync(folderOfOther, { recursive: true, force: true });
  }
});
