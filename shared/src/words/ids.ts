import { createHash } from 'node:crypto';
import { V7Generator } from 'uuidv7';

/** A fresh id: UUID version 7 (RFC 9562), lower case. */
export function newId(): string {
  return generator.generate().toString();
}

/**
 * How many random numbers are drawn at once. The package draws 8 at a time, where the call costs more than the numbers.
 */
const DRAWN = 1_024;

const generator = new V7Generator({ nextUint32: createRandom() });

function createRandom(): () => number {
  const drawn = new Uint32Array(DRAWN);
  let next = DRAWN;
  return () => {
    if (next === DRAWN) {
      crypto.getRandomValues(drawn);
      next = 0;
    }
    return drawn[next++] ?? 0;
  };
}

const CANONICAL = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/**
 * What Postgres reads as a uuid: 32 hex digits, optionally with a hyphen after any group of four, and optionally in
 * braces.
 */
const ACCEPTED = /^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$/i;

/**
 * The canonical spelling of a uuid, for every spelling that Postgres takes; null for anything else. Two spellings of
 * one wallet must hash to one partition, so this runs at every edge.
 */
export function canonicalUuid(text: string): string | null {
  if (CANONICAL.test(text)) return text;
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  if (!ACCEPTED.test(bare)) return null;
  const hex = bare.replaceAll('-', '').toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * The id of the wallet that is created when a client is first credited in an asset. It is derived from the two, so that
 * all processes that create the wallet at that moment create the same one. Its time (UUID version 7) is that of the
 * client's id.
 */
export function firstWalletId(clientId: string, assetId: number): string {
  const hash = createHash('sha256').update(`${clientId} ${assetId}`).digest('hex');
  const variant = (8 + (parseInt(hash.charAt(0), 16) & 3)).toString(16);
  return `${clientId.slice(0, 13)}-7${hash.slice(1, 4)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`;
}
