import { keepSource } from './metadata.ts';
import { Problem } from './problem.ts';

/** How deep a body may nest. */
const DEPTH_LIMIT = 16;
/**
 * A JSON number of up to 15 significant digits survives a double unchanged (IEEE 754); above, it may be wrong already.
 */
const DIGITS_LIMIT = 15;
/** The longest number token, in characters. */
const NUMBER_LIMIT = 64;

/**
 * Parses JSON (RFC 8259) and refuses what the standard leaves open: duplicate names, names that reach into prototypes,
 * nesting beyond `DEPTH_LIMIT`, and numbers that a double may not hold exactly. An `amount` that is a number is
 * returned as its source text, so that it is validated like one in quotes; the source text of `metadata` is kept for
 * `metadataOf`.
 * @throws Problem `malformed_json`.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('The body cannot be parsed as JSON.');
  }
  inspect(text, value);
  return value;
}

/** An open object or array. */
interface Open {
  /** Its parsed value. */
  readonly value: unknown;
  readonly start: number;
  /** The names seen in an object; null for an array. */
  readonly names: Set<string> | null;
  /** The name of the current member, or the index of the current element. */
  at: string | number;
}

/**
 * Walks through valid JSON text, token by token, alongside its parsed value. By hand: with a regular expression for each
 * token it takes more than twice as long.
 */
function inspect(text: string, root: unknown): void {
  const open: Open[] = [];
  let within: Open | undefined;
  let nameIsNext = false;
  let position = 0;
  while (position < text.length) {
    const character = text[position] ?? '';
    if (character === '"') {
      const end = endOfString(text, position);
      if (nameIsNext && within?.names) within.at = addName(within.names, text.slice(position, end));
      nameIsNext = false;
      position = end;
      continue;
    }
    if (character === '-' || (character >= '0' && character <= '9')) {
      const end = endOfNumber(text, position);
      const token = text.slice(position, end);
      checkNumber(token);
      keepAmount(open, token);
      position = end;
      continue;
    }
    if (character === '{' || character === '[') {
      if (open.length === DEPTH_LIMIT) throw malformed(`The body nests more than ${DEPTH_LIMIT} levels deep.`);
      const value = within === undefined ? root : memberOf(within);
      nameIsNext = character === '{';
      within = { value, start: position, names: nameIsNext ? new Set() : null, at: nameIsNext ? '' : 0 };
      open.push(within);
    } else if (character === '}' || character === ']') {
      const closed = open.pop();
      within = open.at(-1);
      if (closed && within?.at === 'metadata') keepText(closed, text.slice(closed.start, position + 1));
      nameIsNext = false;
    } else if (character === ',') {
      if (typeof within?.at === 'number') within.at += 1;
      nameIsNext = within?.names !== null;
    }
    position += 1;
  }
}

/** The position after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let end = start;
  let escapes: number;
  do {
    end = text.indexOf('"', end + 1);
    escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes += 1;
  } while (escapes % 2 === 1);
  return end + 1;
}

/** The position after the number that begins at `start`. */
function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  while (end < text.length && IN_NUMBER.includes(text[end] ?? '')) end += 1;
  return end;
}

const IN_NUMBER = '0123456789.eE+-';

function memberOf(within: Open | undefined): unknown {
  const container = within?.value;
  return typeof container === 'object' && container !== null && within
    ? (container as Record<string | number, unknown>)[within.at]
    : undefined;
}

function keepText({ value }: Open, text: string): void {
  if (typeof value === 'object' && value !== null) keepSource(value, text);
}

/** Replaces an amount by its source text. In metadata the name `amount` is the caller's own. */
function keepAmount(open: readonly Open[], token: string): void {
  const within = open.at(-1);
  if (within?.at !== 'amount' || open.at(-2)?.at === 'metadata') return;
  if (typeof memberOf(within) === 'number') (within.value as Record<string, unknown>)['amount'] = token;
}

/** @returns the name. */
function addName(names: Set<string>, token: string): string {
  const name = token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
  if (name === '__proto__') throw malformed('The name "__proto__" is not allowed.');
  if (names.has(name)) throw malformed('An object in the body has the same name twice.');
  names.add(name);
  return name;
}

function checkNumber(token: string): void {
  if (token.length <= DIGITS_LIMIT && !/[eE]/.test(token)) return;
  const digits = token
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  if (digits.length > DIGITS_LIMIT || token.length > NUMBER_LIMIT || !Number.isFinite(Number(token))) {
    throw malformed(
      `A number has more than ${DIGITS_LIMIT} significant digits, is too large or too long: send it as a string.`,
    );
  }
}

function malformed(detail: string): Problem {
  return new Problem('malformed_json', detail);
}
