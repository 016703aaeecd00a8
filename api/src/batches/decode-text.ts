import { isUtf8 } from 'node:buffer';
import { Problem } from '../http/problem.ts';

/** Decodes the bytes of a body into text, piece by piece. */
export interface TextDecoding {
  /** @throws Problem, or NotUtf8, if the bytes are not text in the expected encoding. */
  decode(chunk: Buffer): string;
  end(): string;
}

/** The bytes of a table are not UTF-8: it was probably saved in an older single-byte encoding. */
export class NotUtf8 extends Error {
  override readonly name = 'NotUtf8';
  /** The number of line ends between the decoded text and the line that is not UTF-8. */
  readonly linesBefore: number;

  constructor(linesBefore: number) {
    super('not UTF-8');
    this.linesBefore = linesBefore;
  }
}

/** JSON and NDJSON are UTF-8, with or without a byte order mark. */
export function decodeUtf8(): TextDecoding {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      return utf8.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new Problem('malformed_body', 'The body is not valid UTF-8: save the file as UTF-8.');
    }
  };
  return { decode, end: () => decode() };
}

/** The bytes needed to detect the type of a file. */
const MAGIC_BYTES = 4;
const NOTHING = Buffer.alloc(0);

/** A table as spreadsheets save it: UTF-8, or UTF-16 with a byte order mark, detected from the first bytes. */
export function decodeTable(): TextDecoding {
  let head = NOTHING;
  let decoding: TextDecoding | null = null;
  return {
    decode(chunk) {
      if (decoding !== null) return decoding.decode(chunk);
      head = Buffer.concat([head, chunk]);
      if (head.length < MAGIC_BYTES) return '';
      decoding = decodingOf(head);
      return decoding.decode(head);
    },
    end() {
      decoding ??= decodingOf(head);
      return head.length < MAGIC_BYTES ? decoding.decode(head) + decoding.end() : decoding.end();
    },
  };
}

const SAVE_AS = 'Save it as "CSV UTF-8" (in LibreOffice: Text CSV, character set UTF-8) and send that file.';

/** Files that begin with these bytes are not CSV. */
const OTHER_FILES = [
  { begins: 'PK\x03\x04', is: 'The body is a workbook (xlsx, ods) or another zip archive, not CSV.' },
  { begins: '\xD0\xCF\x11\xE0', is: 'The body is an Excel workbook (xls), not CSV.' },
  { begins: '\x1F\x8B', is: 'The body is compressed (gzip), not CSV.' },
  { begins: '%PDF', is: 'The body is a PDF document, not CSV.' },
] as const;

/** @throws Problem that says what the body is, and in which format to save it. */
function decodingOf(head: Buffer): TextDecoding {
  const begins = head.toString('latin1', 0, MAGIC_BYTES);
  const other = OTHER_FILES.find((file) => begins.startsWith(file.begins));
  if (other !== undefined) throw new Problem('unsupported_media_type', `${other.is} ${SAVE_AS}`);
  if (begins === '\xFF\xFE\0\0' || begins === '\0\0\xFE\xFF') {
    throw new Problem('malformed_body', `The body is UTF-32, which is not read. ${SAVE_AS}`);
  }
  if (begins.startsWith('\xFF\xFE')) return decodeUtf16('utf-16le');
  if (begins.startsWith('\xFE\xFF')) return decodeUtf16('utf-16be');
  // The first character of a header is ASCII: beside a zero byte it belongs to a two-byte encoding.
  if (begins.length > 1 && begins.startsWith('\0') !== (begins[1] === '\0')) {
    throw new Problem('malformed_body', `The body is UTF-16 without a byte order mark. ${SAVE_AS}`);
  }
  return decodeTableUtf8();
}

function decodeUtf16(encoding: 'utf-16le' | 'utf-16be'): TextDecoding {
  const utf16 = new TextDecoder(encoding, { fatal: true });
  const decode = (chunk?: Buffer): string => {
    try {
      return utf16.decode(chunk, { stream: chunk !== undefined });
    } catch {
      throw new Problem('malformed_body', `The body begins as UTF-16, but is not all of it. ${SAVE_AS}`);
    }
  };
  return { decode, end: () => decode() };
}

function decodeTableUtf8(): TextDecoding {
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let before: Buffer = NOTHING;
  return {
    decode(chunk) {
      try {
        const text = utf8.decode(chunk, { stream: true });
        before = chunk;
        return text;
      } catch {
        throw new NotUtf8(linesBeforeBad(before, chunk));
      }
    },
    end() {
      try {
        return utf8.decode();
      } catch {
        throw new NotUtf8(0);
      }
    },
  };
}

/**
 * The number of lines that end in `chunk` before the first that is not UTF-8. Its first line may have begun in
 * `before`.
 */
function linesBeforeBad(before: Buffer, chunk: Buffer): number {
  const lineFeed = 10;
  const carriageReturn = 13;
  const end = before.includes(lineFeed) || chunk.includes(lineFeed) ? lineFeed : carriageReturn;
  const bytes = Buffer.concat([before.subarray(before.lastIndexOf(end) + 1), chunk]);
  let lines = 0;
  let start = 0;
  for (let at = bytes.indexOf(end); at >= 0 && isUtf8(bytes.subarray(start, at)); at = bytes.indexOf(end, start)) {
    lines += 1;
    start = at + 1;
  }
  return lines;
}

/** The problem of a table that is not UTF-8. */
export function refuseNotUtf8(line: number): Problem {
  return new Problem(
    'malformed_body',
    `Line ${line} is not UTF-8: the file was probably saved as Windows-1252 or Latin-1. ${SAVE_AS}`,
  );
}
