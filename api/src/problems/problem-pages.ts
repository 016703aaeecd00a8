import { STATUS_CODES } from 'node:http';
import { REJECTION_CODES, describeRejection } from '@wallet/shared/words/rejection';
import type { Request, Response, Router } from 'express';
import { writePage } from '../http/page.ts';
import { PROBLEMS, type ProblemCode } from '../http/problem.ts';
import { EXPLANATIONS } from './explanations.ts';
import { REJECTION_CURES } from './rejection-cures.ts';

/** A page for each code of a problem or a rejection, at the path in a problem's `type`: HTML, or JSON by `Accept`. */

interface Explained {
  readonly code: string;
  readonly title: string;
  /** The status of the answer; null for a rejection, which is not the status of a request. */
  readonly status: number | null;
  readonly cause: string;
  readonly cure: string;
}

const PROBLEM_CODES = Object.keys(PROBLEMS) as ProblemCode[];

/** `internal_error` is the code of both: as a problem it has a page. */
const EXPLAINED: ReadonlyMap<string, Explained> = new Map(
  [...REJECTION_CODES.map(explainRejection), ...PROBLEM_CODES.map(explainProblem)].map((each) => [each.code, each]),
);

function explainProblem(code: ProblemCode): Explained {
  const [status, title] = PROBLEMS[code];
  return { code, title, status, ...EXPLANATIONS[code] };
}

function explainRejection(code: (typeof REJECTION_CODES)[number]): Explained {
  const title = 'An operation was accepted, and failed when its turn came';
  return { code, title, status: null, cause: describeRejection(code), cure: REJECTION_CURES[code] };
}

const STYLE =
  '<style>body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:8vh auto;padding:0 1rem;color-scheme:light dark}' +
  'code{font-size:.9em}td,th{text-align:left;vertical-align:top;padding:.2rem 1rem .2rem 0}</style>';

/** Adds the pages to a router. As a router of their own they would be one more layer to pass for every request. */
export function addProblemPages(router: Router, policy: string): void {
  const send = (request: Request, response: Response, json: unknown, html: string): void => {
    response.set({ 'Content-Security-Policy': policy, Vary: 'Accept' });
    if (request.accepts(['html', 'json']) === 'json') response.json(json);
    else response.type('html').send(html.replace('<head>', `<head><base href="${request.baseUrl}/">`));
  };
  const all = [...EXPLAINED.values()].toSorted((one, other) => one.code.localeCompare(other.code));
  const list = listPage(all);
  router.get('/problems', (request, response) => {
    send(request, response, { data: all }, list);
  });
  router.get('/problems/:code', (request, response, next) => {
    const explained = EXPLAINED.get(request.params.code);
    if (explained === undefined) next();
    else send(request, response, explained, problemPage(explained));
  });
}

function problemPage({ code, title, status, cause, cure }: Explained): string {
  return writePage(
    `${code}: ${title}`,
    STYLE,
    `<h1><code>${code}</code></h1><p>${title}.</p>` +
      `<table><tr><th>Status</th><td>${statusOf(status)}</td></tr><tr><th>Cause</th><td>${toHtml(cause)}</td></tr>` +
      `<tr><th>Cure</th><td>${toHtml(cure)}</td></tr></table>` +
      `<p><a href="problems">All problems</a> · <a href="docs">API document</a></p>`,
  );
}

function listPage(all: readonly Explained[]): string {
  const rows = all.map(
    ({ code, title, status }) =>
      `<tr><td><a href="problems/${code}"><code>${code}</code></a></td><td>${status ?? 'failed'}</td><td>${title}.</td></tr>`,
  );
  return writePage(
    'Problems',
    STYLE,
    `<h1>Problems</h1><p>Why requests are refused, and operations fail.</p><table>${rows.join('')}</table>`,
  );
}

function statusOf(status: number | null): string {
  return status === null
    ? 'The operation has the status <code>failed</code>, and this code under <code>error</code>.'
    : `${status} ${STATUS_CODES[status] ?? ''}`;
}

/** Text with code between backticks. */
function toHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/`([^`]*)`/g, '<code>$1</code>');
}
