import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRouter } from '@wallet/api/router';
import request from 'supertest';
import { ENDPOINTS } from '../support/endpoints.ts';
import { type Service, startService } from '../support/service.ts';

let service: Service;
let document: any;
beforeAll(async () => {
  service = await startService({ worker: false });
  document = (await request(service.url).get('/openapi.json').expect(200)).body;
});
afterAll(() => service.stop());

it('is valid OpenAPI 3.1, says an independent validator', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-document-'));
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const validator = createRequire(import.meta.url).resolve(
    '@seriousme/openapi-schema-validator/bin/validate-api-cli.js',
  );
  const { stdout } = await promisify(execFile)(process.execPath, [validator, file]);
  rmSync(folder, { recursive: true });
  expect(JSON.parse(stdout)).toMatchObject({ valid: true });
  expect(document.openapi).toBe('3.1.0');
});

it('has the routes of the router, no more and no fewer', () => {
  const documented = Object.entries<object>(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  const router = createRouter(ENDPOINTS, () => undefined);
  const routed = router.stack.flatMap(({ route }) => {
    if (!route) return [];
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    const methods = route.stack.map((layer) => layer.method).filter((method) => method);
    return [...new Set(methods)].map((method) => `${method} ${path}`);
  });
  expect(documented.sort()).toEqual(routed.sort());
  expect(documented.length).toBeGreaterThanOrEqual(ENDPOINTS.length);
});

it('gives every operation a name of its own, an example or a description where it takes a body, and its errors', () => {
  const operations = Object.values<any>(document.paths).flatMap((item) => Object.values<any>(item));
  expect(new Set(operations.map((operation) => operation.operationId)).size).toBe(operations.length);
  for (const operation of operations) {
    expect(operation.summary).toBeTruthy();
    expect(operation.responses['500'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
    if (operation.requestBody) expect(JSON.stringify(operation.requestBody)).toMatch(/"(example|enum)"/);
  }
});

it('tells which scope a key needs, and how a request without it is refused', () => {
  expect(document.components.securitySchemes.api_key).toMatchObject({ type: 'http', scheme: 'bearer' });
  for (const { method, paths, scope } of ENDPOINTS) {
    for (const path of paths) {
      const { security, responses } = document.paths[path][method];
      expect(security).toEqual(scope === null ? [] : [{ api_key: scope === 'any' ? [] : [scope] }]);
      for (const status of [401, 403, 429]) {
        const isTold = scope !== null && !(scope === 'any' && status === 403);
        expect([path, status, status in responses]).toEqual([path, status, isTold]);
      }
    }
  }
});

it.each(['/', '/docs', '/redoc', '/api/v1/', '/api/v1/docs', '/docs/'])(
  '%s loads nothing but what this host serves',
  async (path) => {
    const { text, headers } = await request(service.url).get(path).expect(200);
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    const base = /<base href="(.*?)">/.exec(text)![1]!;
    for (const [, link] of text.matchAll(/(?:src|href)="([^"/][^"]*)"/g)) {
      await request(service.url).get(`${base}${link}`).expect(200);
    }
  },
);
