import type { IncomingMessage, ServerResponse } from 'node:http';

/** How long a client may go on sending what nobody reads any more. */
const UNREAD_MS = 5_000;

/** A request can be answered before it has been read: then the rest is not taken for ever. */
export function letGoWhenAnswered(request: IncomingMessage, response: ServerResponse): void {
  response.once('finish', () => {
    if (request.complete) return;
    const end = setTimeout(() => {
      if (!request.complete) request.destroy();
    }, UNREAD_MS);
    request.once('close', () => {
      clearTimeout(end);
    });
  });
}
