import type { Request, Response } from 'express';

/** Sends 100 Continue to a client that waits for it before it sends its body (RFC 9110, section 10.1.1). */
export function askForBody({ headers, httpVersionMinor }: Request, response: Response): void {
  if (headers.expect !== undefined && httpVersionMinor === 1) response.writeContinue();
}
