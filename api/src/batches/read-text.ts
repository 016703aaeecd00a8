import type { Hash } from 'node:crypto';
import { once } from 'node:events';
import type { Request } from 'express';
import { setImmediate } from 'node:timers/promises';
import { askForBody } from '../http/ask-for-body.ts';
import { Problem } from '../http/problem.ts';
import type { TextDecoding } from './decode-text.ts';

export interface ReadOptions {
  readonly limitBytes?: number;
  /** Called with the bytes as they were sent. */
  readonly hash?: Hash;
}

/** The largest body of a batch. */
const BODY_LIMIT_BYTES = 512 * 1024 * 1024;
/**
 * How far a client may fall behind. Received bytes give it time back, at this rate: so a client that sends nothing, or
 * next to nothing, is cut off, and its place is free for another upload. The time we spend processing does not count.
 */
const PATIENCE_MS = 30_000;
const LEAST_BYTES_PER_MS = 4;

/**
 * The body of a request as text, piece by piece; between pieces other requests get their turn.
 * @throws Problem if it is too large, or stops arriving; and any error of `decoding`.
 */
export async function* readText(
  request: Request,
  decoding: TextDecoding,
  { limitBytes = BODY_LIMIT_BYTES, hash }: ReadOptions = {},
): AsyncGenerator<string> {
  let bytes = 0;
  const patient = new AbortController();
  const giveUp = (): void => {
    patient.abort(new Problem('request_timeout', 'The body took too long.', { headers: { Connection: 'close' } }));
  };
  let patience = PATIENCE_MS;
  let waitingSince = performance.now();
  let silence = setTimeout(giveUp, patience);
  try {
    for await (const chunk of whileItComes(request, patient.signal)) {
      clearTimeout(silence);
      const earned = chunk.length / LEAST_BYTES_PER_MS;
      patience = Math.min(PATIENCE_MS, patience - (performance.now() - waitingSince) + earned);
      bytes += chunk.length;
      if (bytes > limitBytes) throw new Problem('body_too_large', `The body has more than ${limitBytes} bytes.`);
      hash?.update(chunk);
      yield decoding.decode(chunk);
      await setImmediate();
      waitingSince = performance.now();
      silence = setTimeout(giveUp, Math.max(0, patience));
    }
    const rest = decoding.end();
    if (rest !== '') yield rest;
  } finally {
    clearTimeout(silence);
  }
}

/**
 * The body, chunk by chunk. Not by iterating over the request: an iterator that is left early destroys the request,
 * after which the rest of the body cannot be dropped and the connection is unusable.
 */
async function* whileItComes(request: Request, patience: AbortSignal): AsyncGenerator<Buffer> {
  if (request.res) askForBody(request, request.res);
  while (!request.readableEnded) {
    if (request.destroyed) throw new Problem('invalid_request', 'The body ended before its end.');
    const chunk = request.read() as Buffer | null;
    if (chunk !== null) {
      yield chunk;
    } else if (request.complete) {
      return;
    } else {
      await once(request, 'readable', { signal: patience }).catch(() => undefined);
      patience.throwIfAborted();
    }
  }
}
