import { canonicalUuid } from '@wallet/shared/words/ids';
import { z } from 'zod';
import { invalid, momentFrom, wholeNumber } from './schemas.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MOST = 200;

/** The query parameters of every list. */
export const pageQuery = {
  limit: wholeNumber(1, LIMIT_MOST).prefault(LIMIT_DEFAULT),
  cursor: z.string().max(200).optional().meta({ description: 'The `next_cursor` of the previous page.' }),
};

/** A time range: `from` is inclusive, `to` is exclusive. */
export const timeQuery = {
  from: momentFrom.optional(),
  to: momentFrom.optional(),
};

/** The schema of a page of `item`s. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ data: z.array(item), next_cursor: z.string().nullable() });
}

/** Reads and writes the cursors of one list. */
export interface Cursors<Key> {
  /**
   * The last key of the previous page, or null for the first page.
   * @throws Problem `invalid_request` if the cursor, which came as `name`, is not one of this list.
   */
  read(cursor: string | undefined, name?: string): Key | null;
  write(key: string): string;
}

/**
 * The cursors of a list. They contain its name, so a cursor of another list is refused. `readKey` parses the keys of
 * the list and returns null for anything else.
 */
export function createCursors<Key>(list: string, readKey: (text: string) => Key | null): Cursors<Key> {
  const prefix = list === '' ? '' : `${list}:`;
  const write = (key: string): string => Buffer.from(prefix + key).toString('base64url');
  return {
    read(cursor, name = 'cursor') {
      if (cursor === undefined) return null;
      const text = Buffer.from(cursor, 'base64url').toString();
      const written = text.slice(prefix.length);
      // base64url decoding accepts several spellings; only the one that was issued is valid.
      const key = write(written) === cursor ? readKey(written) : null;
      if (key === null) throw invalid([{ path: name, message: 'is not a cursor of this list' }]);
      return key;
    },
    write,
  };
}

/** A uuid in canonical spelling. */
export function readId(text: string): string | null {
  return canonicalUuid(text) === text ? text : null;
}

/** A number that fits into a bigint of Postgres. */
export function readPosition(text: string): bigint | null {
  return /^\d{1,18}$/.test(text) ? BigInt(text) : null;
}

/** The items of a page, and how each is presented. */
export interface Page<Item, Body> {
  /** Up to one item more than `limit`; that one means there is another page. */
  readonly found: readonly Item[];
  readonly limit: number;
  readonly cursors: Cursors<unknown>;
  /** The key of an item, from which the next page continues. */
  readonly keyOf: (item: Item) => string;
  readonly present: (item: Item) => Body;
}

/** The answer of a page: the cursor of the next page goes into its body and, in a link, into its headers. */
export function answerPage<Item, Body>(
  page: Page<Item, Body>,
): { status: 200; body: { data: Body[]; next_cursor: string | null }; nextCursor: string | null } {
  const items = page.found.slice(0, page.limit);
  const last = items.at(-1);
  const isMore = page.found.length > page.limit && last !== undefined;
  const next = isMore ? page.cursors.write(page.keyOf(last)) : null;
  return { status: 200, body: { data: items.map(page.present), next_cursor: next }, nextCursor: next };
}
