import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';
import { readTarget } from './read-target.ts';

/**
 * The number of lines that Node keeps by default. It drops the others silently, so it is configured to keep all of
 * them.
 */
const HEADERS_MOST = 1_000;
/** Headers used here of which Node keeps only the first line, by the length of their names. */
const SINGLE: (string | undefined)[] = Array.from({ length: 16 });
for (const name of ['host', 'content-type', 'authorization']) SINGLE[name.length] = name;
/** RFC 9112, section 3.2. */
const HOST = /^(?:[\w.~!$&'()*+,;=%-]*|\[[\w.:~!$&'()*+,;=%-]+\])(?::\d*)?$/;

/**
 * What is wrong with a request as such, whatever it asks for; null if nothing is. Whatever form its target has, its
 * `url` is path and query afterwards, and no later code sees anything else.
 */
export function checkRequest(request: IncomingMessage): Problem | null {
  const target = readTarget(request.url ?? '', request.method ?? '');
  // A refused target must not reach the router.
  request.url = target === null || target === '*' ? '/' : target;
  if (target === '*') return noSuchMethod('OPTIONS');
  if (target === null) return malformed('The request target must be a path, or an http or https URL with a host.');
  return checkLines(request.rawHeaders) ?? checkFields(request);
}

/** @param raw alternating names and values. */
function checkLines(raw: readonly string[]): Problem | null {
  if (raw.length > 2 * HEADERS_MOST) {
    return new Problem('headers_too_large', `The request has more than ${HEADERS_MOST} header fields.`);
  }
  let seen = 0;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const single = name.length < SINGLE.length ? SINGLE[name.length] : undefined;
    if (single === undefined || single !== name.toLowerCase()) continue;
    // A bit for each length.
    const bit = 1 << name.length;
    if ((seen & bit) !== 0) return malformed(`The header ${name} appears more than once.`);
    seen |= bit;
  }
  return null;
}

function checkFields({ headers, httpVersionMajor, httpVersionMinor }: IncomingMessage): Problem | null {
  const isFirst = httpVersionMinor === 0;
  if (httpVersionMajor !== 1) return malformed('Only HTTP/1.1 and HTTP/1.0 are supported.');
  const { host, expect, 'transfer-encoding': coding } = headers;
  if (host === undefined ? !isFirst : !HOST.test(host)) return malformed('The header Host must name one host.');
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || isFirst)) {
    return malformed('Transfer-Encoding must be chunked and nothing else, in HTTP/1.1.');
  }
  if (expect !== undefined && !isFirst && expect.toLowerCase() !== '100-continue') {
    return new Problem('expectation_failed', 'Only 100-continue can be expected.');
  }
  return null;
}

/** For a method that no path has. */
export function noSuchMethod(method: string): Problem {
  return new Problem('method_not_allowed', `This service takes ${METHODS}, not ${method}.`, {
    headers: { Allow: METHODS },
  });
}

const METHODS = 'GET, HEAD, POST, PATCH, DELETE';

function malformed(detail: string): Problem {
  return new Problem('malformed_request', detail);
}
