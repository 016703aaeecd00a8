/** The JSON text that each object was parsed from. */
const sources = new WeakMap<object, string>();

/** Remembers the text that an object was parsed from. It must be valid JSON. */
export function keepSource(value: object, text: string): void {
  sources.set(value, text);
}

/** The JSON text of a body's metadata as it was sent, without insignificant whitespace; null if the body has none. */
export function metadataOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('metadata' in body)) return null;
  const { metadata } = body;
  if (typeof metadata !== 'object' || metadata === null) return null;
  return withoutSpace(sources.get(metadata) ?? JSON.stringify(metadata));
}

const STRING_OR_SPACE = /("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g;

function withoutSpace(text: string): string {
  return text.replace(STRING_OR_SPACE, (_match, string: string | undefined) => string ?? '');
}
