import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createApiDocument } from '@wallet/api/document';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { ENDPOINTS } from './endpoints.ts';

/**
 * Checks every answer of the API server on `port` against the OpenAPI document, with a validator independent of our
 * schemas. Stopping returns the mismatches.
 */
export function watchConformance(port: number): { stop: () => string[] } {
  const failures: string[] = [];
  const watch = (message: unknown): void => {
    const { request, response, server } = message as {
      request: IncomingMessage;
      response: ServerResponse;
      server: Server;
    };
    const address = server.address();
    if (typeof address !== 'object' || address?.port !== port) return;
    const chunks: Buffer[] = [];
    const write = response.write.bind(response);
    const end = response.end.bind(response);
    const note = (chunk: unknown): void => {
      const isStream = String(response.getHeader('content-type')).startsWith('text/event-stream');
      if (isStream || !(typeof chunk === 'string' || chunk instanceof Uint8Array)) return;
      chunks.push(Buffer.from(chunk as string));
    };
    response.write = ((chunk: unknown, ...rest: []) => {
      note(chunk);
      return write(chunk, ...rest);
    }) as typeof response.write;
    response.end = ((chunk?: unknown, ...rest: []) => {
      note(chunk);
      return end(chunk, ...rest);
    }) as typeof response.end;
    response.once('finish', () => {
      // A router has removed its mount path: below the console, paths look like those of the API.
      const { originalUrl = request.url ?? '' } = request as { originalUrl?: string };
      const problem = check(request, originalUrl, response, Buffer.concat(chunks).toString());
      if (problem !== null) failures.push(`${request.method} ${originalUrl} ${response.statusCode}: ${problem}`);
    });
  };
  subscribe(STARTED, watch);
  return {
    stop() {
      unsubscribe(STARTED, watch);
      return failures;
    },
  };
}

const STARTED = 'http.server.request.start';

/** Answers may have more fields than the document describes. Here they may not, so that it describes all. */
const document: any = closeAnswers(createApiDocument(ENDPOINTS));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi');

const templates = Object.keys(document.paths)
  .map((path) => ({ path, pattern: new RegExp(`^(?:/api/v1)?${path.replace(/\{\w+\}/g, '[^/]+')}$`) }))
  .sort((a, b) => a.path.split('{').length - b.path.split('{').length);

/** The mismatch of an answer, or null. Only what the document describes is checked. */
function check(request: IncomingMessage, url: string, response: ServerResponse, body: string): string | null {
  const path = url.split('?', 1)[0]!;
  const method = (request.method ?? '').toLowerCase();
  const template = templates.find(({ path: each, pattern }) => pattern.test(path) && document.paths[each][method]);
  if (template === undefined) return null;
  const answers = document.paths[template.path][method].responses;
  if (answers[response.statusCode] && answers[response.statusCode].content === undefined) {
    return body === '' && !response.hasHeader('content-type') ? null : 'a body is not documented';
  }
  const type = String(response.getHeader('content-type')).split(';', 1)[0]!;
  const place = ['paths', template.path, method, 'responses', String(response.statusCode), 'content', type, 'schema'];
  const pointer = place.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).map(encodeURIComponent);
  if (!place.every((_, index) => at(place.slice(0, index + 1)) !== undefined)) return `${type} is not documented`;
  const validate = ajv.getSchema(`openapi#/${pointer.join('/')}`);
  if (validate === undefined) return 'its schema cannot be found';
  // A stream is text, of which the document describes only the type.
  if (!type.endsWith('json') || type === 'application/x-ndjson') return null;
  // Events that `tellEvents` makes up are of no use but to be counted.
  if (template.path.startsWith('/events') && body.includes('"place":')) return null;
  const { code } = type === 'application/problem+json' ? JSON.parse(body) : { code: null };
  if (code !== null && !answers[response.statusCode].description.includes(`\`${code}\``))
    return `${code} is not listed`;
  return validate(JSON.parse(body)) ? null : `${ajv.errorsText(validate.errors)} in ${body}`;
}

/** Refuses fields that are not described, wherever an answer has an object: of all that `allOf` and `oneOf` say together. */
function closeAnswers(document: any): any {
  const closed = (schema: any): any => ({ ...inner(schema), unevaluatedProperties: false });
  const inner = (schema: any): any => ({
    ...schema,
    ...(schema.properties && { properties: mapValues(schema.properties, isPart(schema) ? inner : closed) }),
    ...(schema.items && { items: closed(schema.items) }),
    ...Object.fromEntries(
      ['allOf', 'oneOf', 'anyOf'].filter((name) => schema[name]).map((name) => [name, schema[name].map(inner)]),
    ),
  });
  const close = (operation: any) => ({ ...operation, responses: mapValues(operation.responses, closeContent) });
  const closeContent = (response: any) => ({
    ...response,
    ...(response.content && {
      content: mapValues(response.content, (media) => ({ schema: closed(media.schema) })),
    }),
  });
  return {
    ...document,
    paths: mapValues(document.paths, (item) => mapValues(item, close)),
    components: { schemas: mapValues(document.components.schemas, inner) },
  };
}

/** The schema of an operation's state only requires a result: its contents depend on the type. */
function isPart({ properties }: any): boolean {
  return properties.status?.const === 'succeeded';
}

function mapValues(values: object, change: (value: any) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

function at(place: readonly string[]): unknown {
  return place.reduce<any>((value, part) => value?.[part], document);
}
