import type { Assets } from '@wallet/shared/database/assets';
import type { Database } from '@wallet/shared/database/pool';
import type { Request } from 'express';
import pLimit from 'p-limit';
import { z } from 'zod';
import { endpoint } from '../http/endpoint.ts';
import { id } from '../http/fields.ts';
import { Problem } from '../http/problem.ts';
import { Refusal, refuseField } from '../http/refusal.ts';
import { assetCode, invalid, parseWith, text, toFieldErrors, tryWith } from '../http/schemas.ts';
import { type MadeClient, type WantedClient, makeClients } from './make-clients.ts';

/** A line of a body as it was sent; `problem` says why it cannot be read, and of a table `field` says where. */
interface SentLine {
  readonly line: number;
  readonly value: unknown;
  readonly problem: string | null;
  readonly field?: string;
}

/** The columns of a table, and how each is read; null takes it as it is. */
type Columns = Readonly<Record<string, ((field: string) => unknown) | null>>;

/** Reads the lines of a body, in groups; what is left of a JSON object goes into `envelope.rest` at the end. */
type ReadLines = (
  request: Request,
  envelope: { rest: unknown },
  form: {
    readonly list: string;
    readonly columns: Columns;
    readonly toValue: (fields: Readonly<Record<string, unknown>>) => unknown;
    readonly limitBytes: number;
  },
) => AsyncIterable<readonly SentLine[]>;

/** The dependencies of creating clients in bulk. */
export interface BulkNeeds {
  readonly storing: Database;
  readonly assets: Assets;
  readonly readLines: ReadLines;
}

const CLIENTS_MOST = 10_000;
const ASSETS_MOST = 10;
/** Ten thousand clients with the longest permitted names and logins. */
const BODY_LIMIT_BYTES = 16 * 1024 * 1024;
/** Clients created by one statement. */
const CHUNK = 250;
/** The most requests of this kind that one process handles at once. */
const AT_ONCE = 2;

const lineSchema = z
  .strictObject({
    name: text(255).min(1).meta({ example: 'Ivan Ivanov' }),
    login: text(255).min(1).meta({ example: 'ivan' }),
    assets: z
      .array(assetCode)
      .min(1)
      .max(ASSETS_MOST)
      .default(['USD'])
      .meta({ description: 'A wallet of each is made.', example: ['USD', 'GOLD'] }),
  })
  .meta({ id: 'ClientToMake' });

const CSV_COLUMNS: Columns = {
  login: null,
  name: null,
  assets: (field) => field.trim().match(/\S+/g) ?? undefined,
};
const FORM = {
  list: 'clients',
  columns: CSV_COLUMNS,
  // In a table a login is enough.
  toValue: (fields: Readonly<Record<string, unknown>>) => ({ name: fields['login'], ...fields }),
  limitBytes: BODY_LIMIT_BYTES,
};

const bodySchema = z.strictObject({ clients: z.array(lineSchema).min(1).max(CLIENTS_MOST) });
/** The rest of a JSON body without its clients. */
const restSchema = z.strictObject({ clients: z.array(z.unknown()) });

const resultSchema = z
  .strictObject({
    line: z.int().meta({ description: 'The line of the body, or the element of the array; the first is 1.' }),
    login: z.string().nullable().meta({ description: 'Null if the line does not say one.' }),
    result: z.enum(['created', 'exists', 'refused']).meta({
      description:
        '`exists`: a client with this login and name existed, and now has a wallet of each of the assets. `refused`: ' +
        'nothing was done.',
    }),
    client_id: id.nullable(),
    wallets: z.array(z.strictObject({ id, asset: z.string() })),
    error: z
      .strictObject({
        code: z.enum(['invalid_request', 'malformed_json', 'login_taken']),
        field: z.string(),
        message: z.string(),
      })
      .nullable(),
  })
  .meta({ id: 'ClientResult' });

const answerSchema = z
  .strictObject({
    total: z.int(),
    created: z.int(),
    existing: z.int(),
    refused: z.int(),
    data: z.array(resultSchema).meta({ description: 'The result of each line, in the order of the lines.' }),
  })
  .meta({ id: 'ClientResults' });

type Result = z.input<typeof resultSchema>;
type Refused = Refusal<'invalid_request' | 'malformed_json' | 'login_taken'>;

/** A line, with its client or the reason why it has none. */
interface ReadLine {
  readonly line: number;
  readonly login: string | null;
  readonly asked: WantedClient | Refused;
}

export const postClientsInBulk = ({ storing, assets, readLines }: BulkNeeds) => {
  const places = pLimit(AT_ONCE);
  return endpoint({
    method: 'post',
    name: 'createClients',
    paths: ['/clients/bulk'],
    tag: 'Clients',
    summary: 'Create up to 10,000 clients with their wallets',
    description:
      'Each line has its own result. Sending it again creates nothing twice: clients that exist are answered as ' +
      '`exists`.',
    params: null,
    query: null,
    body: null,
    uploads: {
      'application/json': bodySchema,
      'application/x-ndjson': z.string().meta({ description: 'A client on each line.' }),
      'text/csv': z.string().meta({
        description:
          'A client on each line below a header with `login` and, if wanted, `name`, which is the login otherwise, and ' +
          '`assets`, separated by spaces.',
      }),
    },
    scope: 'wallets:write',
    answers: { 200: answerSchema },
    problems: ['malformed_body', 'invalid_request'],
    handle: async ({ request }) => {
      if (places.activeCount >= AT_ONCE) throw tooMany();
      return places(async () => {
        const lines = await readAll(assets, readLines, request);
        return { status: 200, body: present(assets, lines, await makeAll(storing, lines)) };
      });
    },
  });
};

/** @throws Problem if the body cannot be read, or has no client or too many. */
async function readAll(assets: Assets, readLines: ReadLines, request: Request): Promise<ReadLine[]> {
  const envelope: { rest: unknown } = { rest: null };
  const lines: ReadLine[] = [];
  let areAnew = false;
  for await (const group of readLines(request, envelope, FORM)) {
    if (lines.length + group.length > CLIENTS_MOST) {
      throw new Problem('body_too_large', `The body has more than ${CLIENTS_MOST} clients. Nothing was made.`);
    }
    for (const sent of group) {
      let read = readLine(assets, sent);
      // It may have been added since this process read them.
      if (!areAnew && read.asked instanceof Refusal && read.asked.field === 'assets') {
        await assets.readAnew();
        areAnew = true;
        read = readLine(assets, sent);
      }
      lines.push(read);
    }
  }
  if (envelope.rest !== null) parseWith(restSchema, envelope.rest);
  if (lines.length === 0) throw invalid([{ path: 'clients', message: 'must have at least one' }]);
  return lines;
}

function tooMany(): Problem {
  return new Problem('unavailable', 'Too many lists of clients are being read. Nothing was made.', {
    headers: { 'Retry-After': '5' },
  });
}

function readLine(assets: Assets, { line, value, problem, field }: SentLine): ReadLine {
  if (problem !== null) {
    const asked = field === undefined ? new Refusal('malformed_json', '', problem) : refuseField(field, problem);
    return { line, login: null, asked };
  }
  const read = tryWith(lineSchema, value);
  if (!read.success) {
    const [first] = toFieldErrors(read.error);
    return { line, login: loginOf(value), asked: refuseField(first?.path ?? '', first?.message ?? 'is not a client') };
  }
  const { login, name, assets: codes } = read.data;
  const assetIds = new Set<number>();
  for (const code of codes) {
    const asset = assets.withCode(code);
    if (asset === null) return { line, login, asked: refuseField('assets', `there is no asset ${code}`) };
    assetIds.add(asset.id);
  }
  return { line, login, asked: { login, name, assetIds: [...assetIds] } };
}

/** The login of an invalid line, if it has one. */
function loginOf(value: unknown): string | null {
  const login = z.object({ login: lineSchema.shape.login }).safeParse(value);
  return login.success ? login.data.login : null;
}

/** Creates the clients, one statement at a time: between them others get their turn, and a connection. */
async function makeAll(storing: Database, lines: readonly ReadLine[]): Promise<Map<WantedClient, MadeClient>> {
  const wanted = lines.flatMap(({ asked }) => (asked instanceof Refusal ? [] : [asked]));
  const made = new Map<WantedClient, MadeClient>();
  for (let start = 0; start < wanted.length; start += CHUNK) {
    const chunk = wanted.slice(start, start + CHUNK);
    const results = await makeClients(storing, chunk);
    for (const [index, each] of chunk.entries()) {
      const result = results[index];
      if (result !== undefined) made.set(each, result);
    }
  }
  return made;
}

function present(
  assets: Assets,
  lines: readonly ReadLine[],
  made: ReadonlyMap<WantedClient, MadeClient>,
): z.input<typeof answerSchema> {
  const data = lines.map(({ line, login, asked }): Result => {
    if (asked instanceof Refusal) return refused(line, login, asked);
    const result = made.get(asked);
    if (result === undefined || result.result === 'login_taken') return refused(line, login, taken(asked));
    const wallets = result.wallets.map((wallet) => ({ id: wallet.id, asset: assets.withId(wallet.assetId).code }));
    return { line, login, result: result.result, client_id: result.clientId, wallets, error: null };
  });
  const count = (result: Result['result']): number => data.filter((each) => each.result === result).length;
  return {
    ...{ total: data.length, created: count('created'), existing: count('exists'), refused: count('refused') },
    data,
  };
}

function taken({ login }: WantedClient): Refused {
  return new Refusal('login_taken', 'login', `there is a client ${login} of another name`);
}

function refused(line: number, login: string | null, { code, field, message }: Refused): Result {
  return { line, login, result: 'refused', client_id: null, wallets: [], error: { code, field, message } };
}
