import type { Request, Response } from 'express';

/** How long a client may go on sending what nobody reads any more. */
const UNREAD_MS = 5_000;

/** A request can be answered before its body has been read: then the rest is not taken for ever. */
export function letGo(request: Request, response: Response): void {
  response.once('finish', () => {
    if (request.complete) return;
    const end = setTimeout(() => request.destroy(), UNREAD_MS);
    request.once('close', () => {
      clearTimeout(end);
    });
  });
}
