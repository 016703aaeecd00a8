import { PROBLEMS } from '@wallet/api/http/problem';
import { REJECTION_CODES } from '@wallet/shared/words/rejection';
import request from 'supertest';
import { makeKey, untilGood } from '../support/keys.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
  // From now on nothing else answers without a key.
  await untilGood(service.url, (await makeKey(service.database)).token);
});
afterAll(() => service.stop());

it('each code of a problem or a rejection has a page with its cause and cure, which needs no key', async () => {
  for (const code of [...Object.keys(PROBLEMS), ...REJECTION_CODES]) {
    const { text, headers } = await request(service.url)
      .get(`/problems/${code}`)
      .set('Accept', 'text/html')
      .expect(200);
    expect(text).toContain(`<h1><code>${code}</code></h1>`);
    expect(text).not.toMatch(/undefined|(src|href)="(https?:)?\/\//);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringContaining("default-src 'none'"),
    });
  }
});

it('the type of a problem leads to its page, as JSON for programs', async () => {
  const { body: problem } = await request(service.url).get('/wallets').expect(401);
  const { body } = await request(service.url).get(problem.type).set('Accept', 'application/json').expect(200);
  expect(body).toEqual({
    ...{ code: problem.code, title: problem.title, status: 401 },
    ...{ cause: expect.stringMatching(/\w{3}.*\.$/), cure: expect.stringMatching(/\w{3}.*\.$/) },
  });
});

it('the list links to every page, and pages link back, below the base path too', async () => {
  for (const base of ['', '/api/v1']) {
    const { text } = await request(service.url).get(`${base}/problems`).set('Accept', 'text/html').expect(200);
    const codes = new Set([...Object.keys(PROBLEMS), ...REJECTION_CODES]);
    expect([...text.matchAll(/href="problems\/(\w+)"/g)].map(([, code]) => code)).toEqual([...codes].sort());
    expect(text).toContain(`<base href="${base}/">`);
    await request(service.url).get(`${base}/problems/overloaded`).expect(200);
  }
  await request(service.url).get('/problems/no_such_code').expect(401);
});
