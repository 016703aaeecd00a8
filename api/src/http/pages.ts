import { writeJson } from '@wallet/shared/json-text';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { invalid, momentFrom } from './schemas.ts';

/** The key of a list of what has a uuid. Postgres refuses anything less. */
export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const LIMIT_DEFAULT = 50;
const LIMIT_MOST = 200;

/** The query parameters of every list. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(LIMIT_MOST).default(LIMIT_DEFAULT),
  cursor: z.string().max(200).optional().meta({ description: 'The `next_cursor` of the page before.' }),
};

/** A time range: `from` is included, `to` is not. */
export const timeQuery = {
  from: momentFrom.optional(),
  to: momentFrom.optional(),
};

/** The schema of a page of `item`s. */
export function pageOf(item: z.ZodType) {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });
}

/**
 * Where the page begins: what was the last key of the page before, or null.
 * @throws Problem `invalid_request` if the cursor, which came as `name`, is not one of ours.
 */
export function readCursor(cursor: string | undefined, pattern: RegExp, name = 'cursor'): string | null {
  if (cursor === undefined) return null;
  const key = Buffer.from(cursor, 'base64url').toString();
  if (!pattern.test(key)) throw invalid([{ path: name, message: 'is not a cursor of this list' }]);
  return key;
}

export function toCursor(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/**
 * Answers a page. `found` has up to one item more than `limit`, which tells that there is another page; `keyOf` is what
 * that page begins behind. The link goes into a `Link` header too (RFC 8288).
 */
export function answerPage<Item>(
  request: Request,
  response: Response,
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string,
  present: (item: Item) => unknown,
): void {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  let next: string | null = null;
  if (found.length > limit && last !== undefined) {
    next = toCursor(keyOf(last));
    const url = new URL(request.originalUrl, 'http://localhost');
    url.searchParams.set('cursor', next);
    response.set('Link', `<${url.pathname}${url.search}>; rel="next"`);
  }
  response.type('json').send(writeJson({ data: items.map(present), next_cursor: next }));
}
