import type { createDocument } from 'zod-openapi';
import { EXAMPLE_REQUESTS, type ExampleRequest } from './example-requests.ts';
import recorded from './recorded-answers.json' with { type: 'json' };

type Document = ReturnType<typeof createDocument>;
type Operation = NonNullable<NonNullable<Document['paths']>[string]['get']>;
type Bodies = Record<string, { schema?: unknown; example?: unknown }>;

interface Recorded {
  readonly at: string;
  readonly answers: Readonly<
    Record<string, { readonly status: number; readonly type: string; readonly body: unknown }>
  >;
}
const RECORDED: Recorded = recorded;

const DAY_MS = 86_400_000;
const SCHEDULED_DAYS = 30;
const TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/**
 * Puts the example requests, and their recorded answers, into a document. Dates are moved relative to `now`, so that
 * dates in the future stay there.
 */
export function addExamples(document: Document, now: Date): Document {
  const shiftMs = Math.floor((now.getTime() - Date.parse(RECORDED.at)) / DAY_MS) * DAY_MS;
  const shift = (text: string): string =>
    text.replace(TIME, (time) => new Date(Date.parse(time) + shiftMs).toISOString());
  const due = new Date(Date.parse(RECORDED.at) + shiftMs + SCHEDULED_DAYS * DAY_MS).toISOString();
  const fill = (text: string): string =>
    text
      .replace('{in 30 days}', due)
      .replace(/\{(\w+)\.(\w+)\}/g, (reference, name: string, field: string) => answeredAs(name, field) ?? reference);
  for (const item of Object.values(document.paths ?? {})) {
    for (const operation of [item.get, item.post, item.patch, item.delete]) {
      if (operation === undefined) continue;
      const request = EXAMPLE_REQUESTS[operation.operationId ?? ''] ?? {};
      addRequest(operation, JSON.parse(fill(JSON.stringify(request))) as ExampleRequest);
      addAnswer(operation, shift);
    }
  }
  return document;
}

function answeredAs(name: string, field: string): string | null {
  const { body } = RECORDED.answers[name] ?? {};
  const value = (body as Record<string, unknown> | undefined)?.[field];
  return typeof value === 'string' ? value : null;
}

function addRequest(operation: Operation, { params, query, body, uploads }: ExampleRequest): void {
  const key = `${(operation.operationId ?? '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}-1`;
  for (const parameter of operation.parameters ?? []) {
    if (!('name' in parameter)) continue;
    const { name } = parameter;
    // Pages that show the document send the example of a field with every request, wanted or not.
    const { schema } = parameter;
    if (schema !== undefined && 'example' in schema) delete schema.example;
    const example = params?.[name] ?? query?.[name] ?? (name === 'Idempotency-Key' ? key : undefined);
    if (example !== undefined) parameter.example = example;
  }
  const { requestBody } = operation;
  if (requestBody === undefined || !('content' in requestBody)) return;
  for (const [type, media] of Object.entries(requestBody.content as Bodies)) {
    const example = uploads === undefined ? body : uploads[type];
    if (example !== undefined) media.example = example;
  }
}

function addAnswer(operation: Operation, shift: (text: string) => string): void {
  const answer = RECORDED.answers[operation.operationId ?? ''];
  const response: unknown = operation.responses?.[String(answer?.status)];
  const { content } = (response ?? {}) as { content?: Bodies };
  const media = content?.[answer?.type ?? ''];
  if (answer === undefined || media === undefined) return;
  media.example = JSON.parse(shift(JSON.stringify(answer.body)));
}
