import { STATUS_CODES } from 'node:http';
import { describeRejection } from '@wallet/shared/words/rejection';
import type { z } from 'zod';
import type { ZodOpenApiContentObject, ZodOpenApiOperationObject } from 'zod-openapi';
import type { Declaration } from '../http/endpoint.ts';
import { PROBLEMS, type ProblemCode } from '../http/problem.ts';
import { ACCEPTED_HEADERS, CREATED_HEADERS, PROBLEM_HEADERS } from './headers.ts';
import { problemSchema } from './problem-schema.ts';

/** The name of the security scheme. */
export const KEY_SCHEME = 'api_key';

/** An endpoint in the document's form, under its own name or that of its alias. */
export function describeEndpoint(endpoint: Declaration, name: string): ZodOpenApiOperationObject {
  const { params, query, headers, scope } = endpoint;
  return {
    operationId: name,
    tags: [endpoint.tag],
    summary: endpoint.summary,
    description: [endpoint.description, ...describeFailures(endpoint)].join('\n\n'),
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

function describeFailures({ fails = [] }: Declaration): string[] {
  if (fails.length === 0) return [];
  const codes = fails.map((code) => `- \`${code}\`: ${describeRejection(code)}`);
  return ['The operation is accepted, and may fail when its turn comes:', codes.join('\n')];
}

/** A schema without a name becomes a component named after its endpoint: generators make a type of each. */
function named(schema: z.ZodType, { name }: Declaration, what: 'Request' | 'Answer'): z.ZodType {
  const known = NAMED.get(schema);
  if (known !== undefined) return known;
  const meta = schema.meta();
  const isText = schema.type === 'string';
  const id = meta?.id ?? `${name.charAt(0).toUpperCase()}${name.slice(1)}${what}`;
  const made = isText || meta?.id !== undefined ? schema : schema.meta({ ...meta, id });
  NAMED.set(schema, made);
  return made;
}

/** The paths of an endpoint share one schema, which is named once. */
const NAMED = new WeakMap<z.ZodType, z.ZodType>();

function describeBody(endpoint: Declaration): Pick<ZodOpenApiOperationObject, 'requestBody'> {
  const { body, bodyIsOptional, uploads } = endpoint;
  const schemas = body ? { 'application/json': body } : uploads;
  if (schemas === undefined) return {};
  const content = Object.entries(schemas).map(([type, schema]) => [
    type,
    { schema: named(schema, endpoint, 'Request') },
  ]);
  return {
    requestBody: { required: bodyIsOptional !== true, content: Object.fromEntries(content) as ZodOpenApiContentObject },
  };
}

function describeAnswers(endpoint: Declaration): ZodOpenApiOperationObject['responses'] {
  return Object.fromEntries(
    Object.entries(endpoint.answers).map(([status, schema]) => {
      const schemas = {
        ...(schema === null ? {} : { 'application/json': schema }),
        ...(status === '200' ? endpoint.downloads : {}),
      };
      const content = Object.entries(schemas).map(([type, each]) => [
        type,
        { schema: named(each, endpoint, 'Answer') },
      ]);
      return [
        status,
        {
          description: STATUS_CODES[status] ?? status,
          ...(content.length === 0 ? {} : { content: Object.fromEntries(content) as ZodOpenApiContentObject }),
          ...(status === '202' ? { headers: ACCEPTED_HEADERS } : {}),
          ...(status === '201' ? { headers: CREATED_HEADERS } : {}),
        },
      ];
    }),
  );
}

/** An endpoint's own problems, and those that any request with such parts can meet. */
function problemsOf(endpoint: Declaration): ProblemCode[] {
  const { accepts, params, query, body, uploads, scope } = endpoint;
  return [
    ...endpoint.problems,
    ...(accepts ? (['overloaded'] as const) : []),
    ...((params ?? query ?? body ?? uploads) ? (['invalid_request'] as const) : []),
    ...(params ? (['malformed_path'] as const) : []),
    ...((body ?? uploads)
      ? (['malformed_json', 'malformed_body', 'body_too_large', 'unsupported_media_type', 'request_timeout'] as const)
      : []),
    ...(scope === null ? [] : (['api_key_missing', 'api_key_invalid', 'rate_limited'] as const)),
    ...(scope === null || scope === 'any' ? [] : (['scope_missing'] as const)),
    ...(['malformed_request', 'expectation_failed', 'headers_too_large', 'unavailable', 'internal_error'] as const),
  ];
}

/** Problems by status: several codes can share one. */
function describeProblems(codes: readonly ProblemCode[]): ZodOpenApiOperationObject['responses'] {
  const byStatus = new Map<number, string[]>();
  for (const code of new Set(codes)) {
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
