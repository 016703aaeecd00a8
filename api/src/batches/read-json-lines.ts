import { Problem } from '../http/problem.ts';
import { parseStrictJson } from '../http/strict-json.ts';
import { LINE_LIMIT, type RawLine } from './raw-line.ts';

/** Reads NDJSON: a JSON object on each line; empty lines are allowed. */
export async function* readNdjson(text: AsyncIterable<string>): AsyncGenerator<RawLine[]> {
  let waiting = '';
  let line = 0;
  for await (const piece of text) {
    const lines = (waiting + piece).split('\n');
    waiting = lines.pop() ?? '';
    if (waiting.length > LINE_LIMIT) throw tooLong();
    const read: RawLine[] = [];
    for (const each of lines) {
      line += 1;
      if (each.trim() !== '') read.push(toLine(line, each));
    }
    if (read.length > 0) yield read;
  }
  if (waiting.trim() !== '') yield [toLine(line + 1, waiting)];
}

/**
 * Reads `{"operations": […]}`, or another `list`, without ever holding all of it: the elements are cut out of the array
 * one by one. The rest of the body, with an empty array, goes into `envelope.rest`.
 */
export async function* readJsonArray(
  text: AsyncIterable<string>,
  envelope: { rest: unknown },
  list = 'operations',
): AsyncGenerator<RawLine[]> {
  const cutter = createCutter(list);
  let position = 0;
  for await (const piece of text) {
    const lines = cutter.cut(piece).map((element) => {
      position += 1;
      return toLine(position, element);
    });
    if (lines.length > 0) yield lines;
  }
  envelope.rest = parseStrictJson(cutter.rest());
}

const REST_LIMIT = 64 * 1024;

/** Cuts the elements of the array `list` out of the text of an object. */
function createCutter(list: string): { cut(piece: string): string[]; rest(): string } {
  const arrayBegins = new RegExp(`[{,]\\s*"${list}"\\s*:\\s*$`);
  let rest = '';
  let element = '';
  let place: 'before' | 'inside' | 'behind' = 'before';
  let depth = 0;
  let inString = false;
  /** A backslash at the end of a piece: the escaped character comes with the next. */
  let carried = '';
  let elements: string[] = [];
  let count = 0;

  function keep(text: string): void {
    if (place === 'inside') element += text;
    else rest += text;
    if (element.length > LINE_LIMIT || rest.length > REST_LIMIT) throw tooLong();
  }

  function endElement(): void {
    elements.push(element);
    count += 1;
    element = '';
  }

  /** Handles a structural character outside of strings. @returns whether it belongs to the text around it. */
  function meet(character: string): boolean {
    if (character === '{' || character === '[') {
      depth += 1;
      if (character === '{' || depth !== 2 || place !== 'before' || !arrayBegins.test(rest)) return true;
      rest += character;
      place = 'inside';
      return false;
    }
    if (character === ',') {
      if (place !== 'inside' || depth !== 2) return true;
      endElement();
      return false;
    }
    depth -= 1;
    if (place === 'inside' && depth === 1) {
      // Nothing at all is an empty array; nothing after a comma is a missing element.
      if (element.trim() !== '' || count > 0) endElement();
      element = '';
      place = 'behind';
    }
    return true;
  }

  return {
    cut(text) {
      const piece = carried + text;
      carried = '';
      elements = [];
      const structure = /["\\{}[\],]/g;
      let start = 0;
      let end = piece.length;
      for (let match = structure.exec(piece); match; match = structure.exec(piece)) {
        const [character] = match;
        if (character === '\\') {
          if (match.index === piece.length - 1) {
            carried = character;
            end -= 1;
          }
          structure.lastIndex = match.index + 2;
        } else if (character === '"') {
          inString = !inString;
        } else if (!inString) {
          keep(piece.slice(start, match.index));
          start = meet(character) ? match.index : match.index + 1;
        }
      }
      keep(piece.slice(start, end));
      return elements;
    },
    rest: () => rest + element + carried,
  };
}

function toLine(line: number, text: string): RawLine {
  try {
    return { line, value: parseStrictJson(text), problem: null };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { line, value: null, problem: error.message };
  }
}

function tooLong(): Problem {
  return new Problem('malformed_body', `A line has more than ${LINE_LIMIT} characters.`);
}
