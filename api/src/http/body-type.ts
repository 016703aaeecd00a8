import { parse } from 'content-type';
import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** The labels of UTF-8 (Encoding Standard) that clients send. */
const UTF_8 = new Set(['utf-8', 'utf8']);

/**
 * The media type of a body, which must be one of `types`, in UTF-8 and not compressed. Parameters other than `charset`
 * are ignored.
 * @throws Problem `unsupported_media_type`.
 */
export function bodyTypeOf<Type extends string>({ headers }: IncomingMessage, types: readonly Type[]): Type {
  const codings = headers['content-encoding']?.toLowerCase().split(',') ?? [];
  if (codings.some((coding) => !['', 'identity'].includes(coding.trim()))) {
    throw new Problem('unsupported_media_type', 'The body must not be compressed.');
  }
  const written = headers['content-type'] ?? '';
  const plain = types.find((each) => each === written);
  if (plain !== undefined) return plain;
  const { type, parameters } = parse(written);
  const known = types.find((each) => each === type);
  const { charset = 'utf-8' } = parameters;
  if (known !== undefined && UTF_8.has(charset.toLowerCase())) return known;
  const wanted = types.length > 1 ? `one of ${types.join(', ')},` : types[0];
  throw new Problem('unsupported_media_type', `The body must be ${wanted} in UTF-8.`);
}
