import type { Writable } from 'node:stream';
import pLimit from 'p-limit';
import { z } from 'zod';
import { Problem } from './problem.ts';

/** Common parts of downloads: their limit, and the escaping of text from callers. */

/** The most downloads of one kind that one process sends at once: each holds some thousand lines in memory. */
const AT_ONCE = 32;

type Send = (to: Writable) => Promise<void>;

/** Makes the limit of downloads: one too many is rejected before anything is sent. */
export function limitDownloads(): (send: Send) => Send {
  const sending = pLimit(AT_ONCE);
  return (send) => (to) => {
    if (sending.activeCount >= AT_ONCE) throw tooMany();
    return sending(() => send(to));
  };
}

function tooMany(): Problem {
  return new Problem('unavailable', 'Too many results are being sent.', { headers: { 'Retry-After': '5' } });
}

/**
 * Text that a spreadsheet takes, or may take, for a formula (OWASP, "CSV Injection"): a caller's text that begins with
 * one of these would be evaluated by the program that opens the file. A negative number is harmless, and stays
 * summable.
 */
export const FORMULA = /^(?!-\d+(?:\.\d+)?$)[=+\-@\t\r\n＝＋－＠]/;

export const formulasQuery = {
  formulas: z
    .enum(['escape'])
    .optional()
    .meta({
      description:
        'For CSV that is opened in a spreadsheet: `escape` puts an apostrophe before each field that would be computed as a ' +
        'formula, since a description or a reference is text that others may have chosen. Such a field begins with `=`, `+`, `-`, ' +
        '`@`, a tab or a line end; negative numbers stay as they are. Without it fields are exactly what was sent.',
    }),
};
