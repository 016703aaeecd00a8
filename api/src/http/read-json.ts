import express, { type RequestHandler } from 'express';
import { Problem } from './problem.ts';
import { parseStrictJson } from './strict-json.ts';

const BODY_LIMIT_BYTES = 64 * 1024;
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });

const readBytes = express.raw({ type: () => true, limit: BODY_LIMIT_BYTES, inflate: false });

const checkHeaders: RequestHandler = (request, _response, next) => {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw new Problem('unsupported_media_type', 'The body must not be compressed.');
  }
  if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) {
    throw new Problem('unsupported_media_type', 'The body must be application/json in UTF-8.');
  }
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

/** A client that has not sent its whole body by then loses its connection. */
const BODY_MS = 30_000;

const giveTime: RequestHandler = (request, response, next) => {
  const late = setTimeout(() => {
    if (response.headersSent) request.destroy();
    else next(new Problem('request_timeout', 'The body took too long.', { headers: { Connection: 'close' } }));
  }, BODY_MS);
  const stop = (): void => {
    clearTimeout(late);
  };
  request.once('end', stop).once('close', stop);
  next();
};

/** Reads the body of a request as strict JSON into `request.body`. */
export const readJson: RequestHandler[] = [giveTime, checkHeaders, readBytes, parse];
