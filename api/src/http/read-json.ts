import type { Request, RequestHandler } from 'express';
import { bodyTypeOf } from './body-type.ts';
import { askForBody } from './ask-for-body.ts';
import { Problem } from './problem.ts';
import { parseStrictJson } from './strict-json.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A client that has not sent its whole body by then is disconnected. */
const BODY_MS = 10_000;

/** Collects the body. One that is too large is refused as soon as that is known, not after all of it has arrived. */
const readBytes: RequestHandler = (request, response, next) => {
  if (Number(request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES) throw tooLarge();
  if (hasCome(request)) {
    const bytes = (request.read() as Buffer | null) ?? Buffer.alloc(0);
    if (bytes.length > BODY_LIMIT_BYTES) throw tooLarge();
    request.body = bytes;
    // Only the end event is still to come.
    request.resume();
    next();
    return;
  }
  askForBody(request, response);
  const chunks: Buffer[] = [];
  let length = 0;
  const take = (chunk: Buffer): void => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > BODY_LIMIT_BYTES) end(tooLarge());
  };
  const finish = (): void => {
    request.body = Buffer.concat(chunks);
    end();
  };
  const fail = (): void => {
    end(new Problem('invalid_request', 'The body ended before its end.'));
  };
  const late = setTimeout(() => {
    end(new Problem('request_timeout', 'The body took too long.', { headers: { Connection: 'close' } }));
  }, BODY_MS);
  const end = (problem?: Problem): void => {
    clearTimeout(late);
    request.off('data', take).off('end', finish).off('error', fail);
    next(problem);
  };
  request.on('data', take).once('end', finish).once('error', fail);
};

/** Whether the whole body has arrived: a small one mostly comes with its headers. Node reports its end later. */
function hasCome({ complete, headers, readableLength }: Request): boolean {
  return complete || (headers.expect === undefined && headers['content-length'] === String(readableLength));
}

function tooLarge(): Problem {
  return new Problem('body_too_large', `The body has more than ${BODY_LIMIT_BYTES} bytes.`);
}

const JSON_ONLY = ['application/json'];

const checkHeaders: RequestHandler = (request, _response, next) => {
  bodyTypeOf(request, JSON_ONLY);
  next();
};

const parse: RequestHandler = (request, _response, next) => {
  const bytes: unknown = request.body;
  if (!Buffer.isBuffer(bytes) || bytes.length === 0) throw new Problem('malformed_json', 'The body is empty.');
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new Problem('malformed_json', 'The body is not valid UTF-8.');
  }
  request.body = parseStrictJson(text);
  next();
};

/** Reads the body of a request as strict JSON into `request.body`. */
export const readJson: RequestHandler[] = [checkHeaders, readBytes, parse];
