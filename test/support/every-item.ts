import request from 'supertest';

type Query = Readonly<Record<string, string | number>>;

/** Every item of a list, by following its links. */
export async function everyItem(url: string, path: string, query: Query = {}): Promise<Record<string, any>[]> {
  const items: Record<string, any>[] = [];
  let sending: request.Test | undefined = request(url).get(path).query(query);
  while (sending !== undefined) {
    const { body, headers }: request.Response = await sending.expect(200);
    items.push(...body.data);
    const next: string | undefined = /<(.*)>; rel="next"/.exec(headers['link'] ?? '')?.[1];
    expect(body.next_cursor === null).toBe(next === undefined);
    sending = next === undefined ? undefined : request(url).get(next);
  }
  return items;
}
