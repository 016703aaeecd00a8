import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createApiDocument } from '@wallet/api/document';
import { createRouter } from '@wallet/api/router';
import { EVENT_TYPES } from '@wallet/shared/words/event';
import { validate } from '@readme/openapi-parser';
import { createConfig, lintFromString } from '@redocly/openapi-core';
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

it('is valid OpenAPI 3.1, say two independent validators', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wallet-document-'));
  const file = join(folder, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const validator = createRequire(import.meta.url).resolve(
    '@seriousme/openapi-schema-validator/bin/validate-api-cli.js',
  );
  const { stdout } = await promisify(execFile)(process.execPath, [validator, file]);
  rmSync(folder, { recursive: true });
  expect(JSON.parse(stdout)).toMatchObject({ valid: true });
  expect(await validate(structuredClone(document))).toMatchObject({ valid: true, warnings: [] });
  expect(document.openapi).toBe('3.1.0');
});

it('passes a linter, and has examples that match its schemas', async () => {
  const examples = { severity: 'error', allowAdditionalProperties: true } as const;
  const config = await createConfig({
    extends: ['recommended'],
    rules: { 'no-invalid-media-type-examples': examples },
  });
  const found = await lintFromString({ source: JSON.stringify(document), config });
  expect(found.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer])).toEqual([]);
});

it('names operations by verb and noun, and describes each beyond its name', () => {
  const operations = operationsOf(document.paths);
  const names = operations.map(({ operationId }) => operationId);
  expect(names.filter((name) => !/^[a-z]+[A-Z]\w+$/.test(name) || name.length > 32)).toEqual([]);
  expect(new Set(names).size).toBe(names.length);
  for (const { operationId, summary, description } of operations) {
    expect([operationId, summary.length > 8, description.length > 20]).toEqual([operationId, true, true]);
  }
  const tags = operations.flatMap((operation) => operation.tags);
  expect(document.tags.map(({ name }: any) => name)).toEqual([...new Set(tags)]);
  expect(document.tags.filter(({ description }: any) => description.length < 20)).toEqual([]);
});

it('makes a component of every object in requests and answers, and shows one of each', () => {
  const shown = operationsOf(document.paths).flatMap(({ operationId, requestBody, responses }) => {
    const success = Object.entries<any>(responses).filter(([status]) => status.startsWith('2'));
    const contents = [requestBody?.content ?? {}, ...success.map(([, { content = {} }]) => content)];
    return contents.flatMap((content) => Object.entries<any>(content).map((entry) => [operationId, ...entry]));
  });
  for (const [name, type, { schema }] of shown) {
    const isText = schema.type === 'string';
    expect([name, type, isText || '$ref' in schema]).toEqual([name, type, true]);
  }
  const bodies = operationsOf(document.paths).filter(({ requestBody }) => requestBody);
  for (const { operationId, requestBody } of bodies) {
    const missing = Object.entries<any>(requestBody.content).filter(([, { example }]) => example === undefined);
    expect([operationId, missing]).toEqual([operationId, []]);
  }
});

it('describes a webhook for every type of event, with the headers that sign it', () => {
  expect(Object.keys(document.webhooks)).toEqual([...EVENT_TYPES]);
  for (const [type, { post }] of Object.entries<any>(document.webhooks)) {
    const [, component] = /schemas\/(\w+)$/.exec(post.requestBody.content['application/json'].schema.$ref)!;
    expect(document.components.schemas[component!].properties.type.enum).toContain(type);
    expect(post.parameters.map(({ name }: any) => name)).toEqual([
      ...['webhook-id', 'webhook-timestamp', 'webhook-signature'],
    ]);
  }
});

it('leaves answers open to more fields, and requests closed', () => {
  const { schemas } = document.components;
  expect(schemas.Wallet).not.toHaveProperty('additionalProperties');
  expect(schemas.CreateTransferRequest.additionalProperties).toBe(false);
  const { parameters } = document.paths['/transfers'].post;
  expect(parameters.find(({ name }: any) => name === 'dry_run').schema.type).toBe('boolean');
});

it('moves the dates of its examples to the present, so that dates in the future stay there', () => {
  const in2030 = createApiDocument(ENDPOINTS, new Date('2030-05-17T12:00:00Z')) as any;
  const { example } = in2030.paths['/operations'].post.requestBody.content['application/json'];
  expect(example.execute_at).toMatch(/^2030-06-1[56]T/);
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

it('gives every operation its errors', () => {
  for (const operation of operationsOf(document.paths)) {
    expect(operation.responses['500'].content['application/problem+json'].schema).toEqual({
      $ref: '#/components/schemas/Problem',
    });
  }
});

it('says which scope a key needs, and how a request without it is refused', () => {
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

it('shows Redoc without the picture that it loads from another host', async () => {
  const { text } = await request(service.url).get('/redoc/assets/redoc.standalone.js').buffer().expect(200);
  expect(text.length).toBeGreaterThan(500_000);
  expect(text).not.toContain('cdn.');
});

function operationsOf(paths: any): any[] {
  return Object.values<any>(paths).flatMap((item) => Object.values<any>(item));
}
