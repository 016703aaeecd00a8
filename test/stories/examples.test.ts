import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { runCurl } from '../support/curl.ts';
import { startSeededService } from '../support/seeded-service.ts';
import type { Service } from '../support/service.ts';

/**
 * Runs every `curl` of the documents, in order, on a service as `npm start` creates it, and compares the answers with
 * those in the documents. UPDATE_EXAMPLES=1 writes the answers into the documents instead; then format them.
 */
const HOST = 'http://127.0.0.1:8000';
const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;
const EXAMPLE = /```sh\n(curl [^`]*?)\n```\n\n```json\n([^`]*?)\n```/g;

let service: Service;
beforeEach(async () => {
  service = await startSeededService();
});
afterEach(() => service.stop());

it.each(['docs/examples.md'])('the examples of %s answer what they show', async (name) => {
  const file = join(PROJECT_ROOT, name);
  let text = readFileSync(file, 'utf8');
  /** Ids in a document, and those that this service used instead. */
  const ids = new Map<string, string>();
  const examples = [...text.matchAll(EXAMPLE)];
  expect(examples.length).toBeGreaterThan(1);
  for (const [whole, command, shown] of examples) {
    const sent = command!.replaceAll(HOST, service.url).replace(UUID, (id) => ids.get(id) ?? id);
    const { body } = await runCurl(sent);
    const answer = JSON.stringify(body);
    const expected = [...shown!.matchAll(UUID)].map(([id]) => id);
    [...answer.matchAll(UUID)].forEach(([id], index) => expected[index] && ids.set(expected[index], id));
    if (process.env['UPDATE_EXAMPLES']) {
      const back = new Map([...ids].map(([document, real]) => [real, document]));
      const stable = answer.replace(UUID, (id) => back.get(id) ?? id);
      const pretty = JSON.stringify(JSON.parse(stable), null, 2);
      text = text.replace(whole, whole.replace(shown!, pretty));
    } else {
      expect(JSON.parse(blur(answer))).toEqual(JSON.parse(blur(shown!)));
    }
  }
  if (process.env['UPDATE_EXAMPLES']) writeFileSync(file, text);
});

/** Ids, times and rates are new every time. */
function blur(json: string): string {
  return json
    .replace(UUID, 'an id')
    .replace(TIME, 'a time')
    .replace(/("operations_per_second": ?)[\d.]+/, '$10');
}
