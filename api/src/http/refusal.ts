import { type ArchiveMembers, Problem, type ProblemCode } from './problem.ts';
import { invalid } from './schemas.ts';

/**
 * Why something is rejected, as a value. A line of a batch gets `field` and `message`. A request gets a problem with
 * `detail` as its sentence or, without one, the problem of an invalid field.
 */
export class Refusal<Code extends ProblemCode = ProblemCode> {
  readonly code: Code;
  readonly field: string;
  readonly message: string;
  private readonly detail: string | null;
  private readonly archive: ArchiveMembers | null;

  /** @param archive where it is, if it is archived. */
  constructor(
    code: Code,
    field: string,
    message: string,
    detail: string | null = null,
    archive: ArchiveMembers | null = null,
  ) {
    this.code = code;
    this.field = field;
    this.message = message;
    this.detail = detail;
    this.archive = archive;
  }

  toProblem(): Problem<Code | 'invalid_request'> {
    return this.detail === null
      ? invalid([{ path: this.field, message: this.message }])
      : new Problem(this.code, this.detail, this.archive === null ? {} : { archive: this.archive });
  }
}

/** An invalid field. */
export function refuseField(field: string, message: string): Refusal<'invalid_request'> {
  return new Refusal('invalid_request', field, message);
}
