import { Problem } from './problem.ts';

/** How deep a body may nest. */
const DEPTH_LIMIT = 16;
/** A JSON number of up to 15 significant digits survives a double unchanged (IEEE 754); above, it may be wrong already. */
const DIGITS_LIMIT = 15;

/**
 * Parses JSON (RFC 8259) and refuses what it leaves open: duplicate names, names that reach into prototypes, nesting
 * beyond `DEPTH_LIMIT`, and numbers that a double cannot hold for certain.
 * @throws Problem `malformed_json`.
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw malformed('The body cannot be parsed as JSON.');
  }
  inspect(text);
  return value;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;

/** Walks through text that is known to be valid JSON, token by token. */
function inspect(text: string): void {
  /** The names seen in each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  let nameIsNext = false;
  let position = 0;
  while (position < text.length) {
    const character = text[position] ?? '';
    if (character === '"') {
      const token = tokenAt(STRING, text, position);
      const names = open.at(-1);
      if (nameIsNext && names) addName(names, token);
      nameIsNext = false;
      position += token.length;
      continue;
    }
    if (character === '-' || (character >= '0' && character <= '9')) {
      const token = tokenAt(NUMBER, text, position);
      checkNumber(token);
      position += token.length;
      continue;
    }
    if (character === '{' || character === '[') {
      if (open.length === DEPTH_LIMIT) throw malformed(`The body nests more than ${DEPTH_LIMIT} levels deep.`);
      open.push(character === '{' ? new Set() : null);
      nameIsNext = character === '{';
    } else if (character === '}' || character === ']') {
      open.pop();
      nameIsNext = false;
    } else if (character === ',') {
      nameIsNext = open.at(-1) !== null;
    }
    position += 1;
  }
}

function tokenAt(pattern: RegExp, text: string, position: number): string {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0] ?? text.slice(position);
}

function addName(names: Set<string>, token: string): void {
  const name = JSON.parse(token) as string;
  if (name === '__proto__') throw malformed('The name "__proto__" is not allowed.');
  if (names.has(name)) throw malformed('An object in the body has the same name twice.');
  names.add(name);
}

function checkNumber(token: string): void {
  const digits = token
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '');
  if (digits.length > DIGITS_LIMIT || !Number.isFinite(Number(token))) {
    throw malformed(`A number has more than ${DIGITS_LIMIT} significant digits or is too large: send it as a string.`);
  }
}

function malformed(detail: string): Problem {
  return new Problem('malformed_json', detail);
}
