import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import request from 'supertest';
import { makeKey, untilGood } from '../support/keys.ts';
import { startSeededService } from '../support/seeded-service.ts';
import type { Service } from '../support/service.ts';

/**
 * Sends every example request of the API document, in order, to a service as `npm start` creates it, and compares the
 * answers with those of the document. UPDATE_EXAMPLES=1 records the answers instead; then format them.
 */
const UPDATES = process.env['UPDATE_EXAMPLES'] !== undefined;
const FILE = join(PROJECT_ROOT, 'api/src/document/recorded-answers.json');
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
/** Parts of the story during which nothing is applied or sent: a batch stays pending, and no receiver is called. */
const QUIET = { from: ['createBatch', 'createWebhookEndpoint'], to: ['cancelBatch'] };
/** Answers that depend on the speed of the machine. */
const UNSTEADY = new Set(['getStatus', 'getHealth']);

interface Call {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly operation: any;
}

let service: Service;
let calls: Call[];
beforeAll(async () => {
  service = await startSeededService();
  const { paths } = (await request(service.url).get('/openapi.json').expect(200)).body;
  calls = Object.entries<any>(paths).flatMap(([path, item]) =>
    Object.entries<any>(item).map(([method, operation]) => ({ name: operation.operationId, method, path, operation })),
  );
});
afterAll(() => service.stop());

it('every example request of the document is accepted, in order, on one service', async () => {
  const { token } = await makeKey(service.database);
  await untilGood(service.url, token);
  /** Ids in the document, and those that this service used instead. */
  const ids = new Map<string, string>();
  const answers: Record<string, { status: number; type: string; body: unknown }> = {};
  const refused: string[] = [];
  let sent = 0;
  for (const call of calls) {
    if (QUIET.from.includes(call.name)) await service.stopWorkers();
    for (const [index, type] of mediaTypesOf(call.operation).entries()) {
      sent += 1;
      const answer = await send(call, type, index === 0, { token, ids, answers });
      if (answer.status < 200 || answer.status > 299)
        refused.push(`${call.name} ${type} ${answer.status} ${answer.text}`);
      if (index > 0) continue;
      const [answeredType = ''] = String(answer.headers['content-type']).split(';');
      const shown = shownIn(call.operation, answer.status, answeredType);
      if (call.method === 'post' && shown !== undefined) pair(ids, shown, answer.body);
      if (answeredType === 'application/json') {
        answers[call.name] = { status: answer.status, type: answeredType, body: answer.body };
        if (!UPDATES && !UNSTEADY.has(call.name))
          expect([call.name, blur(answer.body)]).toEqual([call.name, blur(shown)]);
      }
    }
    if (QUIET.to.includes(call.name)) service.startWorker();
    if (call.method === 'post' && !isQuiet(call.name)) await service.drained();
  }
  expect(refused).toEqual([]);
  console.log(`${sent - refused.length} of ${sent} accepted`);
  expect(Object.keys(answers).length).toBeGreaterThan(50);
  if (UPDATES) {
    const steady = Object.entries(answers).filter(([name]) => !UNSTEADY.has(name));
    const text = JSON.stringify(
      { at: new Date().toISOString(), answers: Object.fromEntries(steady) },
      withoutSecrets,
      2,
    );
    writeFileSync(FILE, `${text}\n`);
  }
}, 60_000);

it('no two examples share a key', () => {
  const keys = calls.flatMap(({ operation }) =>
    (operation.parameters ?? [])
      .filter(({ name }: any) => name === 'Idempotency-Key')
      .map(({ example }: any) => example),
  );
  expect(keys.length).toBeGreaterThan(10);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys).not.toContain(undefined);
  const bodies = calls.map(({ operation }) => JSON.stringify(operation.requestBody?.content ?? {}, onlyExamples));
  expect(bodies.join()).not.toMatch(/idempotency_key|reference_id/);
});

/** The media types of a request's body; one without a name if there is none. */
function mediaTypesOf({ requestBody }: any): string[] {
  return requestBody === undefined ? [''] : Object.keys(requestBody.content);
}

function isQuiet(name: string): boolean {
  const order = calls.map((call) => call.name);
  const [batches, webhooks] = QUIET.from.map((each) => order.indexOf(each));
  const place = order.indexOf(name);
  return (place >= batches! && place < order.indexOf(QUIET.to[0]!)) || place >= webhooks!;
}

async function send(
  { method, path, operation }: Call,
  type: string,
  hasKey: boolean,
  { token, ids, answers }: { token: string; ids: ReadonlyMap<string, string>; answers: Record<string, any> },
) {
  // An answer that was never recorded has no example yet, and is named by its request.
  const live = (text: string): string =>
    text
      .replace(/\{(\w+)\.(\w+)\}/g, (reference, name, field) => (UPDATES ? answers[name]?.body[field] : reference))
      .replace(UUID, (id) => ids.get(id) ?? id);
  const shown = (operation.parameters ?? []).filter(({ example }: any) => example !== undefined);
  const valuesIn = (place: string): [string, string][] =>
    shown
      .filter((parameter: any) => parameter.in === place)
      .map(({ name, example }: any) => [name, live(String(example))]);
  const params = new Map(valuesIn('path'));
  const target = path.replace(/\{(\w+)\}/g, (_, name: string) => params.get(name) ?? `no example of ${name}`);
  const asked = request(service.url)
    [method as 'get'](target)
    .query(Object.fromEntries(valuesIn('query')))
    .set('Authorization', `Bearer ${token}`);
  // A key names one request: the same operations in another format would be another.
  for (const [name, value] of valuesIn('header')) if (hasKey) asked.set(name, value);
  if (isStream(operation)) return readHead(asked);
  if (type === '') return asked;
  const { example } = operation.requestBody.content[type];
  const body = typeof example === 'string' ? example : JSON.stringify(example);
  return asked.set('Content-Type', type).send(live(body));
}

function isStream({ responses }: any): boolean {
  return 'text/event-stream' in (responses['200']?.content ?? {});
}

/** A stream has no end: only its head is awaited. */
async function readHead(asked: request.Test): Promise<request.Response> {
  return new Promise((resolve, reject) => {
    asked.buffer(false).parse((response: any, done) => {
      resolve({ status: response.statusCode, headers: response.headers, text: '' } as unknown as request.Response);
      response.destroy();
      done(null, '');
    });
    asked.end((error) => error && reject(error as Error));
  });
}

function shownIn({ responses }: any, status: number, type: string): any {
  return responses[status]?.content?.[type]?.example;
}

/** Ids of an answer by those at the same positions in the document. */
function pair(ids: Map<string, string>, shown: unknown, answered: unknown): void {
  const real = [...JSON.stringify(answered).matchAll(UUID)].map(([id]) => id);
  for (const [index, [id]] of [...JSON.stringify(shown).matchAll(UUID)].entries()) {
    if (!ids.has(id) && real[index]) ids.set(id, real[index]);
  }
}

/** Ids, times and secrets are new every time. */
function blur(body: unknown): unknown {
  const text = JSON.stringify(body ?? null)
    .replace(UUID, 'an id')
    .replace(TIME, 'a time');
  return JSON.parse(text, (name, value) => (VARIED.has(name) ? 'varies' : value));
}
const VARIED = new Set([
  'secret',
  'token',
  'next_cursor',
  'ahead',
  'waits_for',
  'estimated_completion',
  'sequence',
  'version',
  'request_id',
]);

function withoutSecrets(name: string, value: unknown): unknown {
  if (name === 'secret') return 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  return name === 'token' ? 'wk_the-token-of-this-key' : value;
}

function onlyExamples(name: string, value: unknown): unknown {
  return name === 'schema' ? undefined : value;
}
