/** A whole message of the frontend/backend protocol of Postgres, version 3. `type` is 0 for the first, which has none. */
export interface PostgresMessage {
  readonly type: number;
  readonly body: Buffer;
  /** All of it, as it was sent. */
  readonly bytes: Buffer;
}

export const TYPE = { query: 0x51, parse: 0x50, bind: 0x42, sync: 0x53, ready: 0x5a };

/** Divides what a client sends into messages. What is not yet whole waits for the rest of it. */
export function createMessageReader(): (chunk: Buffer) => PostgresMessage[] {
  let rest: Buffer = Buffer.alloc(0);
  let hasStarted = false;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const messages: PostgresMessage[] = [];
    for (;;) {
      const head = hasStarted ? 5 : 4;
      if (rest.length < head) break;
      const size = rest.readInt32BE(head - 4) + head - 4;
      if (rest.length < size) break;
      const bytes = rest.subarray(0, size);
      rest = rest.subarray(size);
      messages.push({ type: hasStarted ? bytes.readUInt8(0) : 0, body: bytes.subarray(head), bytes });
      hasStarted = true;
    }
    return messages;
  };
}

/** The text that begins at `start` and ends with a zero byte. */
export function textAt(body: Buffer, start: number): string {
  return body.toString('utf8', start, body.indexOf(0, start));
}
