import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createApiDocument } from '@wallet/api/document';
import { createEndpoints } from '@wallet/api/endpoints';
import openapiTypescript, {
  type OpenAPI3,
  type PathItemObject,
  type ReferenceObject,
  astToString,
} from 'openapi-typescript';

/**
 * `npm run types --workspace=sdk`: writes `src/api.ts`, the types of everything that the API takes and answers, from the
 * document that the API itself serves. With `--check` it writes nothing, and fails if the file is not current.
 */
const TARGET = fileURLToPath(new URL('../src/api.ts', import.meta.url));
const HEADER = '// Written by `npm run types --workspace=sdk` from the document of the API. Do not edit it.\n\n';

const types = await writeTypes();
if (!process.argv.includes('--check')) {
  await writeFile(TARGET, types);
} else if ((await readFile(TARGET, 'utf8').catch(() => '')) !== types) {
  process.stderr.write('sdk/src/api.ts is not what the API says. Run: npm run types --workspace=sdk\n');
  process.exitCode = 1;
}

async function writeTypes(): Promise<string> {
  const nothing = {} as never;
  // Endpoints that are only read need nothing to answer with.
  const endpoints = createEndpoints({
    ...{ operations: nothing, batches: nothing, wallets: nothing, clients: nothing, assets: nothing },
    ...{ accounts: nothing, webhooks: nothing, events: nothing, access: nothing, status: nothing, health: nothing },
  });
  const document = createApiDocument(endpoints) as unknown as OpenAPI3;
  for (const item of Object.values(document.paths ?? {})) dropProblems(item);
  dropExamples(document);
  return HEADER + astToString(await openapiTypescript(document, { defaultNonNullable: false }));
}

/** Every endpoint can answer with a problem, and all of them have one form: told once they are a quarter of the size. */
function dropProblems(item: PathItemObject | ReferenceObject): void {
  for (const operation of Object.values(item) as { responses?: Record<string, unknown> }[]) {
    const answers = Object.entries(operation.responses ?? {}).filter(([status]) => Number(status) < 400);
    if (operation.responses) operation.responses = Object.fromEntries(answers);
  }
}

/** Those of whole bodies: the document moves their days to the present, so they differ from one day to the next. */
function dropExamples(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  for (const [key, value] of Object.entries(part)) {
    dropExamples(value);
    if (key !== 'content') continue;
    for (const media of Object.values(value as Record<string, { example?: unknown; examples?: unknown }>)) {
      delete media.example;
      delete media.examples;
    }
  }
}
