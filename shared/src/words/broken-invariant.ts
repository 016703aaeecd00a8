/**
 * Something that cannot happen did: the code or the database is wrong. Nothing is decided on such ground; the work stays
 * where it is, and who meets this logs it as fatal.
 */
export class BrokenInvariant extends Error {
  readonly details: unknown;

  constructor(message: string, details?: unknown) {
    super(message);
    this.details = details;
  }
}
