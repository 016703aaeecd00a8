/**
 * Something impossible happened: the code or the database is wrong. Nothing is decided because of it; the work stays
 * where it is, and the worker that meets this logs it as fatal.
 */
export class BrokenInvariant extends Error {
  readonly details: unknown;

  constructor(message: string, details?: unknown) {
    super(message);
    this.details = details;
  }
}
