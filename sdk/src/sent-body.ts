type FetchBody = NonNullable<RequestInit['body']>;

/** A body that a request is sent with. */
export interface SentBody {
  /** Whether it can be opened more than once. */
  readonly isRepeatable: boolean;
  /**
   * Opens it for one attempt. `failure` tells whether the caller's source failed, rather than the connection. Of a body that is
   * sent piece by piece, `onSending` is told `true` when the connection gets a piece, and `false` when it asks for the next.
   */
  open(onSending: (isSending: boolean) => void): {
    readonly body: FetchBody;
    failure(): { readonly error: unknown } | undefined;
  };
}

/** Pieces of a file, as they are: bytes, or text. */
type Pieces = AsyncIterable<Uint8Array | string> | ReadableStream<Uint8Array>;

/** A file or text; or its pieces; or a function that begins them anew, so that a broken upload can be repeated. */
export type FileSource = Blob | Uint8Array | string | Pieces | (() => Pieces);

export function bodyOfText(text: string): SentBody {
  return wholeBody(text);
}

function wholeBody(body: string | Blob | Uint8Array): SentBody {
  return { isRepeatable: true, open: () => ({ body: body as FetchBody, failure: () => undefined }) };
}

export function bodyOfFile(source: FileSource): SentBody {
  if (typeof source === 'string' || source instanceof Blob || source instanceof Uint8Array) return wholeBody(source);
  if (typeof source === 'function') return streamedBody(() => piecesOf(source()), true);
  return streamedBody(() => piecesOf(source), false);
}

/** Values, a line each as NDJSON; or a function that begins them anew, so that a broken upload can be repeated. */
export type LineSource<Line> = Iterable<Line> | AsyncIterable<Line> | (() => Iterable<Line> | AsyncIterable<Line>);

export function bodyOfLines<Line>(source: LineSource<Line>): SentBody {
  if (Array.isArray(source)) return wholeBody(source.map(toLine).join(''));
  if (typeof source === 'function') return streamedBody(() => linesOf(source()), true);
  return streamedBody(() => linesOf(source), false);
}

function toLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** A chunk of a stream has about so many characters: one for each line would take longer to send than to make. */
const CHUNK = 65_536;

async function* linesOf(lines: Iterable<unknown> | AsyncIterable<unknown>): AsyncGenerator<string> {
  let chunk = '';
  for await (const line of lines) {
    chunk += toLine(line);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/** Streams of browsers are not iterable everywhere. */
async function* piecesOf(pieces: Pieces): AsyncGenerator<Uint8Array | string> {
  if (!(pieces instanceof ReadableStream)) {
    yield* pieces;
    return;
  }
  const reader = pieces.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

/** Sent as it is made, so that memory stays bounded. */
function streamedBody(begin: () => AsyncGenerator<Uint8Array | string>, isRepeatable: boolean): SentBody {
  return {
    isRepeatable,
    open(onSending) {
      const pieces = begin();
      const encoder = new TextEncoder();
      let failed: { readonly error: unknown } | undefined;
      const stream = new ReadableStream<Uint8Array>({
        async pull(controller) {
          onSending(false);
          try {
            const next = await pieces.next();
            if (next.done) {
              controller.close();
              return;
            }
            onSending(true);
            controller.enqueue(typeof next.value === 'string' ? encoder.encode(next.value) : next.value);
          } catch (error) {
            failed = { error };
            controller.error(error);
          }
        },
        async cancel() {
          await pieces.return(undefined);
        },
      });
      return { body: stream, failure: () => failed };
    },
  };
}
