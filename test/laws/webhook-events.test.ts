import { relayAll } from '@wallet/worker/webhooks/relay-events';
import { drainPartitions } from '@wallet/worker/drain/drain-partitions';
import { partitionOf } from '@wallet/shared/words/partition';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { createFundedWallet } from '../support/wallets.ts';

/** An event is committed with its outcome (P5), and no reader of the feed misses one. */
let service: Service;
beforeEach(async () => {
  service = await startService({ worker: false });
  await request(service.url).post('/webhook-endpoints').send({ url: 'http://127.0.0.1:9/' }).expect(201);
});
afterEach(() => service.stop());

async function accept(wallet: string): Promise<void> {
  await request(service.url)
    .post(`/wallets/${wallet}/operation`)
    .send({ operation_type: 'DEPOSIT', amount: 1 })
    .expect(202);
}

const drain = (wallet: string) => drainPartitions(service, [partitionOf(wallet, service.partitions)], 'high', 100);

async function count(table: string): Promise<number> {
  const { rows } = await service.database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
  return rows[0]!.count;
}

/** From now on, every transaction that does this fails when it is committed. */
async function failAtCommit(change: string): Promise<void> {
  await service.database.query(`
    CREATE FUNCTION fail_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full';
    END $$;
    CREATE CONSTRAINT TRIGGER fails AFTER ${change} DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION fail_at_commit()`);
}

it('neither the outcome nor its event exists if the transaction fails at its very end', async () => {
  const wallet = await createFundedWallet(service.url);
  await accept(wallet);
  await failAtCommit('INSERT ON movements');
  await expect(drain(wallet)).rejects.toThrow('the disk is full');
  expect([await count('outcomes'), await count('events')]).toEqual([0, 0]);

  await service.database.query('DROP TRIGGER fails ON movements');
  expect(await drain(wallet)).toMatchObject({ events: 1 });
  expect([await count('outcomes'), await count('events')]).toEqual([1, 1]);
});

it('no event reports a status that a wallet did not get', async () => {
  const wallet = await createFundedWallet(service.url);
  await failAtCommit('UPDATE ON accounts');
  const answer = await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' });
  expect(answer.status).toBeGreaterThanOrEqual(500);
  expect(await count('events')).toBe(0);

  await service.database.query('DROP TRIGGER fails ON accounts');
  await request(service.url).patch(`/wallets/${wallet}`).send({ status: 'frozen' }).expect(200);
  expect(await count('events')).toBe(1);
});

it('a reader of the feed while several workers write it gets every event once and in order', async () => {
  const wallets = await Promise.all(Array.from({ length: 12 }, () => createFundedWallet(service.url)));
  let isOver = false;
  const found: { id: string; sequence: number; wallet: string }[] = [];
  const read = async (): Promise<void> => {
    let after = '';
    for (let isLast = false; ; isLast = isOver) {
      const { body } = await request(service.url).get(`/events?limit=3${after}`).expect(200);
      after = `&after=${body.next_cursor as string}`;
      for (const { data } of body.data) found.push({ id: data.id, sequence: data.sequence, wallet: data.wallet_id });
      if (isLast && body.data.length === 0) return;
    }
  };
  const reading = read();
  for (let round = 0; round < 8; round += 1) {
    await Promise.all(wallets.map(accept));
    // Drains and relays of several workers at once: they commit in any order.
    await Promise.all([...wallets.map(drain), relayAll(service.database)]);
    await Promise.all([1, 2, 3].map(() => relayAll(service.database)));
  }
  await relayAll(service.database);
  isOver = true;
  await reading;

  expect(new Set(found.map(({ id }) => id)).size).toBe(8 * wallets.length);
  expect(found).toHaveLength(8 * wallets.length);
  for (const wallet of wallets) {
    const sequences = found.filter((each) => each.wallet === wallet).map(({ sequence }) => sequence);
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }
  const { rows } = await service.database.query<{ gaps: boolean }>(
    'SELECT max(position) <> count(*) AS gaps FROM event_feed',
  );
  expect(rows[0]!.gaps).toBe(false);
});
