/** A message of server-sent events. One without data only says how far the feed was read. */
export interface Message {
  readonly id: string | undefined;
  readonly data: string;
}

/** A line that has no end is not what the service sends. */
const LINE_MOST = 4 * 1024 * 1024;

/**
 * Reads server-sent events (WHATWG HTML, section 9.2.6), as far as the service uses them: lines end in LF. Libraries leave out
 * messages without data, whose `id` is where to read on.
 */
export async function* readMessages(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Message, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | undefined;
  let data: string[] = [];
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MOST) throw new Error('a line of the stream is too long');
    for (const line of lines) {
      if (line === '') {
        if (id !== undefined || data.length > 0) yield { id, data: data.join('\n') };
        id = undefined;
        data = [];
        continue;
      }
      const [, name, value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (name === 'id') id = value;
      if (name === 'data') data.push(value);
    }
  }
}
