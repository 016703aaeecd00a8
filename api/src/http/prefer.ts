const WAIT_LIMIT_S = 30;

/** RFC 9110, sections 5.6.2 and 5.6.4. */
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const WORD = `(?:${TOKEN}|"(?:[^"\\\\]|\\\\.)*")`;
const IS = '[ \\t]*=[ \\t]*';
const PARAMETERS = `(?:[ \\t]*;(?:[ \\t]*${TOKEN}(?:${IS}${WORD})?)?)*`;
/** One element of the header's list (RFC 7240, section 2): the preference's name, its value, and parameters. */
const ELEMENT = new RegExp(`[ \\t]*(?:(${TOKEN})(?:${IS}(${WORD}))?${PARAMETERS})?[ \\t]*(?:,|$)`, 'y');

/**
 * The seconds of a `Prefer: wait=N` header (RFC 7240), at most 30; null if there is none. If `wait` appears more than once, the
 * first one counts. A value that is not a number is ignored, and so is a header that does not follow the grammar.
 */
export function waitSecondsOf(prefer: string | undefined): number | null {
  if (prefer === undefined) return null;
  let wait: string | null = null;
  ELEMENT.lastIndex = 0;
  while (ELEMENT.lastIndex < prefer.length) {
    const element = ELEMENT.exec(prefer);
    if (element === null) return null;
    const [, name = '', value = ''] = element;
    if (name.toLowerCase() === 'wait') wait ??= unquote(value);
  }
  return wait !== null && /^\d+$/.test(wait) ? Math.min(Number(wait), WAIT_LIMIT_S) : null;
}

function unquote(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, '$1') : word;
}
