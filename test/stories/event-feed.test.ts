import type { EventType } from '@wallet/shared/words/event';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';
import { tellEvents } from '../support/tell-events.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(() => service.stop());

const NOBODY = '018f0000-0000-7000-8000-000000000000';

const tell = (type: EventType, count?: number): Promise<string[]> => tellEvents(service.database, type, count);

function get(path: string): request.Test {
  return request(service.url).get(path);
}

describe('the feed', () => {
  const read = async (query: Record<string, unknown>): Promise<{ data: any[]; next_cursor: string; text: string }> => {
    const { body, text } = await get('/events').query(query).expect(200);
    return { ...body, text };
  };
  /** The end of the feed. */
  const end = async (): Promise<string> => {
    for (let page = await read({ limit: 200 }); ; page = await read({ limit: 200, after: page.next_cursor })) {
      if (page.data.length === 0) return page.next_cursor;
    }
  };

  it('can be read continuously, and keeps the position when there is nothing new', async () => {
    const start = await end();
    const ids = await tell('wallet.frozen', 5);
    const first = await read({ after: start, limit: 3 });
    const second = await read({ after: first.next_cursor, limit: 3 });
    expect([first, second].map(({ data }) => data.map((event) => event.id))).toEqual([ids.slice(0, 3), ids.slice(3)]);
    const empty = await read({ after: second.next_cursor, limit: 3 });
    expect(empty).toMatchObject({ data: [], next_cursor: second.next_cursor });
    const more = await tell('wallet.closed');
    expect((await read({ after: empty.next_cursor })).data.map((event) => event.id)).toEqual(more);
  });

  it('begins at the beginning', async () => {
    const [{ rows }, page] = [
      await service.database.query('SELECT event_id FROM event_feed ORDER BY position LIMIT 2'),
      await read({ limit: 2 }),
    ];
    expect(page.data.map((event) => event.id)).toEqual(rows.map((row) => row.event_id));
  });

  it('returns events as they are stored, byte for byte, with their ids', async () => {
    const after = await end();
    const [id] = await tell('wallet.frozen');
    const { rows } = await service.database.query<{ body: string }>('SELECT body FROM events WHERE id = $1', [id]);
    const { body } = rows[0]!;
    const { data, text } = await read({ after });
    expect(text).toContain(body.slice(1));
    expect(data).toEqual([{ id, ...JSON.parse(body) }]);
    expect(Object.keys(data[0])).toEqual(['id', 'type', 'timestamp', 'data']);
    const single = await get(`/events/${id}`).expect(200);
    expect(single.text).toBe(`{"id":"${id}",${body.slice(1)}`);
    expect((await get(`/events/${NOBODY}`).expect(404)).body.code).toBe('event_not_found');
  });

  it('is read by type, and the position advances past all others', async () => {
    const after = await end();
    const frozen = await tell('wallet.frozen', 2);
    await tell('wallet.closed', 3);
    const idsOf = async (query: object): Promise<string[]> =>
      (await read({ after, ...query })).data.map((event) => event.id);
    expect(await idsOf({ type: 'wallet.frozen' })).toEqual(frozen);
    expect(await idsOf({ type: 'wallet.frozen', limit: 1 })).toEqual(frozen.slice(0, 1));
    expect(await idsOf({ type: ['wallet.frozen', 'wallet.closed'] })).toHaveLength(5);
    const rest = await read({ after, type: 'batch.completed' });
    expect(rest).toMatchObject({ data: [], next_cursor: await end() });
    const one = await read({ after, type: 'wallet.frozen', limit: 1 });
    expect((await read({ after: one.next_cursor })).data).toHaveLength(4);
  });

  it('accepts a cursor from before epochs existed', async () => {
    const after = await end();
    const ids = await tell('wallet.frozen', 2);
    const bare = Buffer.from(Buffer.from(after, 'base64url').toString().replace(/^.*:/, '')).toString('base64url');
    const page = await read({ after: bare });
    expect(page.data.map((event) => event.id)).toEqual(ids);
    expect(page.next_cursor).toBe(await end());
  });

  const encoded = (text: string): string => Buffer.from(text).toString('base64url');
  it.each([
    ...[
      'x',
      encoded('9'.repeat(19)),
      encoded(':1'),
      encoded('1:1'),
      encoded(`${NOBODY}:`),
      encoded(`{${NOBODY}}:1`),
    ].map((after) => ({ after })),
    ...[{ limit: 0 }, { limit: 201 }],
  ])('refuses %j', async (query) => {
    const answer = await get('/events').query(query).expect(400);
    expect(answer.body.errors[0].path).toBe(Object.keys(query)[0]);
  });

  it.each(['type=a.b', 'type=', 'cursor=x'])('does not take %s', (query) => get(`/events?${query}`).expect(400));
});
