import type { Request } from 'express';
import { setImmediate } from 'node:timers/promises';
import { Problem } from '../http/problem.ts';

/** The largest body of a batch. */
const BODY_LIMIT_BYTES = 512 * 1024 * 1024;
/** A client that sends nothing for so long is given up. */
const SILENCE_MS = 30_000;

/**
 * The body of a request as text, piece by piece; between pieces others get their turn.
 * @throws Problem if it is not UTF-8, too large, compressed, or does not go on coming.
 */
export async function* readText(request: Request): AsyncGenerator<string> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Problem('unsupported_media_type', 'The body must not be compressed.');
  }
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  const silence = setTimeout(() => {
    request.destroy(new Error('the client stopped sending'));
  }, SILENCE_MS);
  try {
    for await (const chunk of whileItComes(request)) {
      silence.refresh();
      bytes += chunk.length;
      if (bytes > BODY_LIMIT_BYTES) {
        throw new Problem('body_too_large', `The body has more than ${BODY_LIMIT_BYTES} bytes.`);
      }
      yield decode(utf8, chunk);
      await setImmediate();
    }
    const rest = decode(utf8);
    if (rest !== '') yield rest;
  } finally {
    clearTimeout(silence);
  }
}

function decode(utf8: InstanceType<typeof TextDecoder>, chunk?: Buffer): string {
  try {
    return utf8.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw new Problem('malformed_body', 'The body is not valid UTF-8.');
  }
}

async function* whileItComes(request: Request): AsyncGenerator<Buffer> {
  try {
    yield* request as AsyncIterable<Buffer>;
  } catch {
    throw new Problem('invalid_request', 'The body ended before its end.');
  }
}
