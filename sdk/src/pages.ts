/** The most that a list answers at once. */
export const PAGE_LIMIT = 200;

interface Page<Item> {
  readonly data: readonly Item[];
  readonly next_cursor: string | null;
}

/** A list that is read page by page as it is iterated, each page when the one before has been taken. */
export class Pages<Item, Read extends Page<Item> = Page<Item>> implements AsyncIterable<Item> {
  readonly #read: (cursor: string | undefined) => Promise<Read>;

  constructor(read: (cursor: string | undefined) => Promise<Read>) {
    this.#read = read;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void> {
    for await (const { data } of this.pages()) yield* data;
  }

  /** Iterates the pages themselves: what the service answered, with `next_cursor` to read on another time. */
  async *pages(): AsyncGenerator<Read, void> {
    let cursor: string | undefined;
    for (;;) {
      const page = await this.#read(cursor);
      yield page;
      // A feed always says where to read on: at its end, that is where it was read from.
      if (page.next_cursor === null || page.next_cursor === cursor) return;
      cursor = page.next_cursor;
    }
  }

  /** Reads at most so many items into an array. */
  async toArray(most: number): Promise<Item[]> {
    const items: Item[] = [];
    if (most <= 0) return items;
    for await (const item of this) {
      items.push(item);
      if (items.length >= most) break;
    }
    return items;
  }
}
