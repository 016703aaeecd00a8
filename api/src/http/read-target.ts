/**
 * The path and query of a request target in origin form or absolute form (RFC 9112, section 3.2), or `*` for the asterisk form,
 * which only OPTIONS has. Null for anything else.
 */
export function readTarget(target: string, method: string): string | null {
  if (ORIGIN.test(target)) return target;
  const absolute = ABSOLUTE.exec(target);
  if (absolute === null) return target === '*' && method === 'OPTIONS' ? target : null;
  const [, path = '', query = ''] = absolute;
  // Without path and query, OPTIONS means the server (section 3.2.4).
  if (path === '' && query === '' && method === 'OPTIONS') return '*';
  return `${path || '/'}${query}`;
}

/** Printable ASCII without `#`, since a target has no fragment. */
const ORIGIN = /^\/[!"$-~]*$/;
/** Any host is accepted, but there must be one (RFC 9110, section 4.2.1). */
const ABSOLUTE = /^https?:\/\/(?:[^/?#@]*@)?(?:\[[^/?#@[\]]+\]|[^/?#@[\]:]+)(?::\d*)?(\/[!"$->@-~]*)?(\?[!"$-~]*)?$/i;

/** Splits a target in origin form; the query comes without the question mark. */
export function splitTarget(target: string): { path: string; query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}
