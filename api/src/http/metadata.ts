/** The texts that objects were read from, which are answered as they were sent. */
const sources = new WeakMap<object, string>();

/** Keeps what an object was read from. It must be valid JSON. */
export function keepSource(value: object, text: string): void {
  sources.set(value, text);
}

/** The metadata of a body as it was sent, without the space around its parts; null if there is none. */
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
