import { PROGRAM_VERSION } from '@wallet/shared/database/program';
import { type ZodOpenApiPathsObject, createDocument } from 'zod-openapi';
import { KEY_SCHEME, describeEndpoint } from './document/describe-endpoint.ts';
import { addExamples } from './document/add-examples.ts';
import { describeWebhooks } from './document/webhooks.ts';
import type { Declaration } from './http/endpoint.ts';
import { TAGS } from './http/tags.ts';

const INFO = {
  title: 'Wallet operations',
  version: PROGRAM_VERSION,
  description:
    'Operations are accepted (`202`), applied in the order of acceptance of their wallet, and found at their `Location`. Amounts are ' +
    'decimal strings.\n\nEach request here is an example that the service accepts, in the order of this document, on the data that ' +
    '`npm run seed` makes; the answers are what it answered. Answers may have more fields than are described here: ' +
    'ignore fields that you do not know. Rejected requests are answered with a problem (RFC 9457), whose `type` is ' +
    'the path of a page about it.',
  license: { name: 'MIT', identifier: 'MIT' },
};

const keyScheme = {
  type: 'http',
  scheme: 'bearer',
  description:
    'A key (`wk_…`) from `npm run keys`; its scopes say what it may do. None is needed until the first key is created.',
} as const;

/** The OpenAPI 3.1 document of the endpoints, made from the schemas that validate their requests. */
export function createApiDocument(
  endpoints: readonly Declaration[],
  now: Date = new Date(),
): ReturnType<typeof createDocument> {
  const paths: ZodOpenApiPathsObject = {};
  for (const endpoint of endpoints) {
    for (const [index, path] of endpoint.paths.entries()) {
      const name = index === 0 ? endpoint.name : (endpoint.aliasName ?? endpoint.name);
      paths[path] = { ...paths[path], [endpoint.method]: describeEndpoint(endpoint, name) };
    }
  }
  const document = createDocument(
    {
      openapi: '3.1.0',
      info: INFO,
      servers: [{ url: '/api/v1' }, { url: '/' }],
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      security: [],
      components: { securitySchemes: { [KEY_SCHEME]: keyScheme } },
      paths,
      webhooks: describeWebhooks(),
    },
    {
      override: ({ jsonSchema, io }) => {
        dropLimitsOfNumbers(jsonSchema);
        if (io === 'input') tellDefault(jsonSchema);
        // The format says the same, and is shorter.
        if (jsonSchema.format === 'uuid' || jsonSchema.format === 'date-time') delete jsonSchema.pattern;
        // Unions are distinguished by literals. Generators read `allOf` with a discriminated schema as inheritance.
        delete jsonSchema['discriminator'];
        // Answers may get more fields. Requests are strict: a misspelt field is refused.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      },
    },
  );
  return addExamples(document, now);
}

/** The bounds of every JSON number. The pages that show the document would use them as examples. */
function dropLimitsOfNumbers(schema: { minimum?: number; maximum?: number }): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** In words: generators treat a field with a default as always present, in requests too. */
function tellDefault(schema: { default?: unknown; description?: string }): void {
  if (schema.default === undefined) return;
  const said = `\`${JSON.stringify(schema.default)}\` if left out.`;
  schema.description = [schema.description, said].filter(Boolean).join(' ');
  delete schema.default;
}
