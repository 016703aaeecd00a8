import { STATUS_CODES } from 'node:http';
import { PROGRAM_VERSION } from '@wallet/shared/database/program';
import { describeRejection } from '@wallet/shared/words/rejection';
import { z } from 'zod';
import {
  type ZodOpenApiHeadersObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  createDocument,
} from 'zod-openapi';
import type { Declaration } from './http/endpoint.ts';
import { PROBLEMS, type ProblemCode } from './http/problem.ts';

const problemSchema = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
    request_id: z.string(),
    errors: z
      .array(
        z.union([
          z.strictObject({ path: z.string(), message: z.string() }),
          z.strictObject({ line: z.int(), field: z.string(), message: z.string() }),
        ]),
      )
      .optional(),
    operation_id: z.string().optional().meta({ description: 'Of an archived operation whose key was sent again.' }),
    month: z
      .string()
      .optional()
      .meta({ description: 'Of what is in the archives: in the files of this month, `YYYY-MM`, or of a later one.' }),
    archived_before: z.iso
      .datetime()
      .optional()
      .meta({ description: 'What was made, or moved, before this moment is in the archives.' }),
    epoch: z.string().nullable().optional().meta({ description: 'The present epoch, where the cursor is of another.' }),
    complete_until: z.iso
      .datetime()
      .nullable()
      .optional()
      .meta({
        description:
          'What was acknowledged up to this moment is in the present epoch. What was acknowledged later can be missing: send it again, ' +
          'under the same keys. Null if the moment is not known.',
      }),
    continue_after: z
      .string()
      .nullable()
      .optional()
      .meta({
        description:
          'The cursor, for `after`, from which everything of the present epoch follows that was not read. Null if it is not known: ' +
          'then read without `after`.',
      }),
    events_in_doubt: z
      .int()
      .nullable()
      .optional()
      .meta({
        description:
          'How many positions behind `continue_after` were read in the epoch that has ended. Each of their events is missing, comes again ' +
          'under its id, or is replaced by another of the same operation. Null if that is not known.',
      }),
  })
  .meta({ id: 'Problem', description: 'Why a request was refused (RFC 9457). `code` is stable.' });

const ACCEPTED_HEADERS = {
  Location: { description: 'Where what was accepted is found.', schema: { type: 'string' as const } },
  'Retry-After': { description: 'Seconds to wait before asking again.', schema: { type: 'string' as const } },
};

const KEY_SCHEME = 'api_key';
const keyScheme = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key that `npm run keys` makes, `wk_…`, which may do what its scopes say. As long as no key was ever made, none is needed.',
} as const;

const CHALLENGE = { 'WWW-Authenticate': { description: 'As RFC 6750 has it.', schema: { type: 'string' as const } } };
const RATE_LIMIT = {
  'Retry-After': ACCEPTED_HEADERS['Retry-After'],
  RateLimit: { description: 'What is left of the limit, and until when.', schema: { type: 'string' as const } },
  'RateLimit-Policy': { description: 'The limit of the key.', schema: { type: 'string' as const } },
};
const PROBLEM_HEADERS: Partial<Record<number, ZodOpenApiHeadersObject>> = {
  401: CHALLENGE,
  403: CHALLENGE,
  429: RATE_LIMIT,
};

/** The OpenAPI 3.1 document of the endpoints, made from the schemas that validate their requests. */
export function createApiDocument(endpoints: readonly Declaration[]): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    for (const path of endpoint.paths) {
      paths[path] = { ...paths[path], [endpoint.method]: describe(endpoint, path) };
    }
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Wallet operations',
        version: PROGRAM_VERSION,
        description:
          'Operations are accepted (202), applied in the order of acceptance of their wallet, and found at their `Location`. ' +
          'Amounts are decimal strings.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/api/v1' }, { url: '/' }],
      security: [],
      components: { securitySchemes: { [KEY_SCHEME]: keyScheme } },
      paths,
    },
    {
      override: ({ jsonSchema }) => {
        dropLimitsOfNumbers(jsonSchema);
      },
    },
  );
}

/** Those of every JSON number. Where they are given, the pages that show the document take them for examples. */
function dropLimitsOfNumbers(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function describe(endpoint: Declaration, path: string): ZodOpenApiOperationObject {
  const { params, query, headers, scope } = endpoint;
  return {
    operationId: nameOf(endpoint.method, path),
    tags: [endpoint.tag],
    // Shown as it is: a summary, unlike a description, is plain text.
    summary: endpoint.summary.replaceAll('`', ''),
    ...describeFailures(endpoint),
    security: scope === null ? [] : [{ [KEY_SCHEME]: scope === 'any' ? [] : [scope] }],
    requestParams: {
      ...(params ? { path: params } : {}),
      ...(query ? { query } : {}),
      ...(headers ? { header: headers } : {}),
    },
    ...describeBody(endpoint),
    responses: { ...describeAnswers(endpoint), ...describeProblems(problemsOf(endpoint)) },
  };
}

function describeFailures({ fails = [] }: Declaration): Pick<ZodOpenApiOperationObject, 'description'> {
  if (fails.length === 0) return {};
  const codes = fails.map((code) => `- \`${code}\`: ${describeRejection(code)}`);
  return { description: ['The operation is accepted, and may fail when its turn comes:', '', ...codes].join('\n') };
}

function describeBody(endpoint: Declaration): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  const { body, example, bodyIsOptional, uploads } = endpoint;
  const content = body ? { 'application/json': { schema: body, ...(example && { example }) } } : uploads;
  return content ? { requestBody: { required: bodyIsOptional !== true, content } } : {};
}

function describeAnswers(endpoint: Declaration): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(endpoint.answers).map(([status, schema]) => {
      const content = {
        ...(schema === null ? {} : { 'application/json': { schema } }),
        ...(status === '200' ? describeDownloads(endpoint) : {}),
      };
      return [
        status,
        {
          description: STATUS_CODES[status] ?? status,
          ...(Object.keys(content).length === 0 ? {} : { content }),
          ...(status === '202' ? { headers: ACCEPTED_HEADERS } : {}),
        },
      ];
    }),
  );
}

function describeDownloads({ downloads }: Declaration): Record<string, { schema: z.ZodType }> {
  return Object.fromEntries(Object.entries(downloads ?? {}).map(([type, schema]) => [type, { schema }]));
}

/** An endpoint's own problems, and those that any request with such parts can meet. */
function problemsOf(endpoint: Declaration): ProblemCode[] {
  const { accepts, params, query, body, uploads, scope } = endpoint;
  return [
    ...endpoint.problems,
    ...(accepts ? (['overloaded'] as const) : []),
    ...((params ?? query ?? body) ? (['invalid_request'] as const) : []),
    ...((body ?? uploads)
      ? (['malformed_json', 'body_too_large', 'unsupported_media_type', 'request_timeout'] as const)
      : []),
    ...(scope === null ? [] : (['api_key_missing', 'api_key_invalid', 'rate_limited'] as const)),
    ...(scope === null || scope === 'any' ? [] : (['scope_missing'] as const)),
    ...(['malformed_request', 'expectation_failed', 'headers_too_large', 'unavailable', 'internal_error'] as const),
  ];
}

/** Problems by status: several codes can share one. */
function describeProblems(codes: readonly ProblemCode[]): ZodOpenApiOperationObject['responses'] {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const [status, title] = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${title}.`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      String(status),
      {
        description: lines.join(' '),
        content: { 'application/problem+json': { schema: problemSchema } },
        ...(PROBLEM_HEADERS[status] ? { headers: PROBLEM_HEADERS[status] } : {}),
      },
    ]),
  );
}

/** `get` and `/wallets/{id}/balance`: `getWalletsByIdBalance`. */
function nameOf(method: string, path: string): string {
  const words = path.split('/').flatMap((part) => part.replace(/^\{(.*)\}$/, 'by_$1').split(/[_-]/));
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}
