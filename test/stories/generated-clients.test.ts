import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '@wallet/local/project';
import request from 'supertest';
import { type Service, startService } from '../support/service.ts';

/**
 * Clients that are generated from the API document: a program that uses one compiles strictly, without a cast, and
 * works. The compiler narrows an operation by its `type` and `status`.
 */
const run = promisify(execFile);
const FOLDER = join(PROJECT_ROOT, 'test/dist/generated');
const { resolve } = createRequire(import.meta.url);

let service: Service;
beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  service = await startService();
  const { text } = await request(service.url).get('/openapi.json').expect(200);
  writeFileSync(join(FOLDER, 'openapi.json'), text);
});
afterAll(() => service.stop());

/** Compiles a program beside the generated client, and returns its output. */
async function compileAndRun(name: string, program: string): Promise<unknown> {
  writeFileSync(join(FOLDER, `${name}.ts`), program);
  const compilerOptions = {
    ...{ strict: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
    ...{ target: 'es2023', module: 'esnext', moduleResolution: 'bundler', lib: ['es2023', 'dom'], types: [] },
    ...{ noEmit: true, allowImportingTsExtensions: true },
  };
  const project = join(FOLDER, `${name}.json`);
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [`${name}.ts`] }));
  const options = [join(PROJECT_ROOT, 'node_modules/typescript/bin/tsc'), '--project', project];
  const { stdout } = await run(process.execPath, options).catch(
    (error: unknown) => error as { stdout: string; stderr: string },
  );
  expect(stdout).toBe('');
  const loader = ['--import=tsx', join(FOLDER, `${name}.ts`), service.url];
  return JSON.parse((await run(process.execPath, loader)).stdout);
}

const NARROWING = `
type AnyOperation = components['schemas']['Operation'];
export function describe(operation: AnyOperation): string {
  if (operation.status === 'failed') return operation.error.code;
  if (operation.status === 'scheduled') return operation.execute_at;
  if (operation.type === 'transfer') {
    const to: string = operation.to_wallet_id;
    return operation.status === 'succeeded' ? operation.result.to_wallet_balance : to;
  }
  if (operation.type === 'posting') return operation.legs.map(({ amount }) => amount).join();
  // @ts-expect-error: no type that is left but a capture has it.
  return operation.to_wallet_id;
}
export function tell(event: components['schemas']['Event']): string {
  if (event.type === 'operation.failed') return event.data.error.message;
  return event.type === 'wallet.frozen' ? event.data.balance : String(event.data.sequence);
}
export const ended = (answer: components['schemas']['OperationOrDryRun']): string =>
  answer.id === null ? String(answer.dry_run) : answer.id;
`;

it('openapi-typescript with openapi-fetch', async () => {
  const generator = join(resolve('openapi-typescript/package.json'), '../bin/cli.js');
  await run(process.execPath, [generator, join(FOLDER, 'openapi.json'), '-o', join(FOLDER, 'types.ts')]);
  const printed = await compileAndRun(
    'with-openapi-typescript',
    `import createClient from 'openapi-fetch';
import type { components, paths } from './types.ts';
declare const process: { argv: string[] };
const client = createClient<paths>({ baseUrl: process.argv[2] ?? '' });
const { data: wallet, error } = await client.POST('/wallets', { body: { asset: 'USD' } });
if (error) throw new Error(error.code);
const { data: deposit } = await client.POST('/wallets/{id}/operation', {
  params: { path: { id: wallet.id }, header: { 'Idempotency-Key': 'first', Prefer: 'wait=5' }, query: { dry_run: false } },
  body: { operation_type: 'DEPOSIT', amount: '25.00' },
});
const { data: batch } = await client.POST('/batches', {
  params: { header: { Prefer: 'wait=5' } },
  headers: { 'Content-Type': 'text/csv' },
  body: 'type,wallet_id,amount\\ndeposit,' + wallet.id + ',1.00\\n',
  bodySerializer: (body) => body,
});
const { data: history } = await client.GET('/wallets/{id}/transactions', { params: { path: { id: wallet.id } } });
console.log(JSON.stringify({
  deposit: deposit?.status,
  batch: batch !== undefined && 'succeeded' in batch ? batch.succeeded : null,
  history: history?.data.map(({ amount }) => amount),
}));
${NARROWING}`,
  );
  expect(printed).toEqual({ deposit: 'succeeded', batch: 1, history: ['1.00', '25.00'] });
});

const slowly = process.env['TEST_LONG'] ? it : it.skip;
slowly('@hey-api/openapi-ts', async () => {
  const generator = join(resolve('@hey-api/openapi-ts/package.json'), '../bin/run.js');
  const [input, output] = [join(FOLDER, 'openapi.json'), join(FOLDER, 'hey')];
  await run(process.execPath, [generator, '-i', input, '-o', output, '--no-log-file']);
  const printed = await compileAndRun(
    'with-hey-api',
    `import { client } from './hey/client.gen.ts';
import type { CreateBatchErrors, CreateBatchResponses } from './hey/index.ts';
import type { Event, Operation, OperationOrDryRun } from './hey/index.ts';
import { createWallet, createWalletOperation, listWalletTransactions } from './hey/index.ts';
declare const process: { argv: string[] };
type components = { schemas: { Event: Event; Operation: Operation; OperationOrDryRun: OperationOrDryRun } };
client.setConfig({ baseUrl: process.argv[2] ?? '' });
const { data: wallet, error } = await createWallet({ body: { asset: 'USD' } });
if (wallet === undefined) throw new Error(error?.code);
const { data: deposit } = await createWalletOperation({
  path: { id: wallet.id },
  headers: { 'Idempotency-Key': 'of-hey-api', Prefer: 'wait=5' },
  body: { operation_type: 'DEPOSIT', amount: '25.00' },
});
// Its function takes the first media type of a request, JSON. Its client takes any.
const { data: batch } = await client.post<CreateBatchResponses, CreateBatchErrors>({
  url: '/batches',
  headers: { 'Content-Type': 'text/csv', Prefer: 'wait=5' },
  body: 'type,wallet_id,amount\\ndeposit,' + wallet.id + ',1.00\\n',
  bodySerializer: null,
});
const { data: history } = await listWalletTransactions({ path: { id: wallet.id } });
console.log(JSON.stringify({
  deposit: deposit?.status,
  batch: batch !== undefined && 'succeeded' in batch ? batch.succeeded : null,
  history: history?.data.map(({ amount }) => amount),
}));
${NARROWING}`,
  );
  expect(printed).toEqual({ deposit: 'succeeded', batch: 1, history: ['1.00', '25.00'] });
});
