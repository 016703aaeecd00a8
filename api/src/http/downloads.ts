import type { Writable } from 'node:stream';
import pLimit from 'p-limit';
import { z } from 'zod';
import { Problem } from './problem.ts';

/** What downloads have in common: how many there are at once, and how text of others stands in a table. */

/** The most downloads of one kind that one process sends at once: of each, some thousand lines are in memory. */
const AT_ONCE = 32;

type Send = (to: Writable) => Promise<void>;

/** Makes what limits downloads: before anything is sent, one too many is refused. */
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
 * What a spreadsheet takes for a formula, or may (OWASP, "CSV Injection"): the text of a caller that begins with one of these
 * would be computed by the program that opens the file. A negative number computes nothing, and is left to be summed.
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
