import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';

/** A page of the feed of events. */
export interface FeedPage {
  readonly ids: readonly string[];
  readonly next: string;
  readonly epoch: string;
}

export async function readFeed(url: string, after?: string): Promise<FeedPage> {
  const { body } = await request(url)
    .get('/events')
    .query({ limit: 200, ...(after === undefined ? {} : { after }) })
    .expect(200);
  const ids = (body.data as { id: string }[]).map(({ id }) => id);
  return { ids, next: body.next_cursor as string, epoch: body.epoch as string };
}

/** The page after `after`, once it has this many events. */
export async function untilFed(url: string, count: number, after?: string): Promise<FeedPage> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const page = await readFeed(url, after);
    if (page.ids.length >= count) return page;
    if (Date.now() > deadline) throw new Error(`the feed has ${page.ids.length} events instead of ${count}`);
    await delay(20);
  }
}
