import request from 'supertest';
import { parseCurl } from '../support/curl.ts';
import { readProjectFile } from '../support/manifests.ts';
import { PAGES, blocksOf } from '../support/pages.ts';
import { startSeededService } from '../support/seeded-service.ts';
import type { Service } from '../support/service.ts';

/**
 * Runs every `curl` of the pages, in order, on a service as `npm start` creates it. If JSON follows, the answer has at
 * least the members that it shows. stories/examples does the same for docs/examples.md, to the letter.
 */
const HOST = 'http://127.0.0.1:8000';
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const VARIES = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|(?<="operations_per_second": ?)[\d.]+/g;
const KEY = '$WALLET_API_KEY';
/** The files that commands of the pages upload. */
const FILES: Readonly<Record<string, string>> = { 'users.csv': 'login\nuser_carol\nuser_dave\n' };

/** The page that needs a key comes last: once there is one, nothing is answered without it. */
const OWN = ['docs/examples.md', 'docs/access.md'];
const ORDER = [...PAGES.filter((page) => !OWN.includes(page)), 'docs/access.md'];

let service: Service;
beforeAll(async () => {
  service = await startSeededService();
});
afterAll(() => service.stop());

it('package.json, CHANGELOG.md, the API document and /status name the same version', async () => {
  const { version } = JSON.parse(readProjectFile('package.json')) as { version: string };
  const { body: document } = await request(service.url).get('/openapi.json').expect(200);
  const { body: status } = await request(service.url).get('/status').expect(200);
  const [, released] = /^## (\d\S*) - /m.exec(readProjectFile('CHANGELOG.md'))!;
  expect([document.info.version, status.version, released]).toEqual([version, version, version]);
});

it('every CSV file and every statement of SQL in the pages is accepted', async () => {
  const blocks = ORDER.flatMap(blocksOf);
  for (const { text } of blocks.filter(({ language }) => language === 'csv')) {
    const upload = request(service.url).post('/batches?validate_only=true').set('Content-Type', 'text/csv');
    expect((await upload.send(text)).body).toMatchObject({ total: text.split('\n').length - 1 });
  }
  for (const { text } of blocks.filter(({ language }) => language === 'sql')) await service.database.query(text);
});

it('every curl in the pages is answered as they show', async () => {
  let count = 0;
  for (const page of ORDER) {
    const blocks = blocksOf(page);
    const ids = new Map<string, string>();
    for (const [index, { text }] of blocks.entries()) {
      for (const [, command = ''] of text.matchAll(/^(?:\$ )?(curl (?:[^\n]*\\\n)*[^\n]*)/gm)) {
        const next = blocks[index + 1];
        const shown = next?.language === 'json' ? next.text : undefined;
        await runAndCompare(page, command, shown, ids);
        count += 1;
      }
    }
  }
  expect(count).toBeGreaterThan(9);
});

async function runAndCompare(
  page: string,
  command: string,
  shown: string | undefined,
  ids: Map<string, string>,
): Promise<void> {
  const sent = command.replaceAll(HOST, service.url).replace(UUID, (id) => ids.get(id) ?? id);
  const { method, url, headers, ...sends } = parseCurl(
    sent.includes(KEY) ? sent.replace(KEY, await createKey()) : sent,
  );
  const body = sends.file === null ? JSON.stringify(sends.body) : FILES[sends.file];
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  expect({ page, command, isOk: answer.ok }).toEqual({ page, command, isOk: true });
  // A stream of events does not end.
  if (shown === undefined) return answer.body?.cancel();
  const text = await answer.text();
  const given = [...text.matchAll(UUID)].map(([id]) => id);
  [...shown.matchAll(UUID)].forEach(([id], index) => given[index] && ids.set(id, given[index]));
  const known = shown.replace(UUID, (id) => ids.get(id) ?? id);
  expect(JSON.parse(text.replace(VARIES, '0'))).toMatchObject(JSON.parse(known.replace(VARIES, '0')) as object);
}

async function createKey(): Promise<string> {
  const { body } = await request(service.url)
    .post('/access/keys')
    .send({ name: 'page', scopes: ['operations:read'] })
    .expect(201);
  return body.token;
}
