import { Problem, type ProblemCode } from './problem.ts';
import { invalid } from './schemas.ts';

/**
 * Why something is refused, as a value. A line of a batch gets `field` and `message`. A request gets a problem with `detail`
 * as its sentence or, without one, the problem of an invalid field.
 */
export class Refusal {
  readonly code: ProblemCode;
  readonly field: string;
  readonly message: string;
  private readonly detail: string | null;

  constructor(code: ProblemCode, field: string, message: string, detail: string | null = null) {
    this.code = code;
    this.field = field;
    this.message = message;
    this.detail = detail;
  }

  toProblem(): Problem {
    return this.detail === null
      ? invalid([{ path: this.field, message: this.message }])
      : new Problem(this.code, this.detail);
  }
}

/** A field that is not valid. */
export function refuseField(field: string, message: string): Refusal {
  return new Refusal('invalid_request', field, message);
}

/** @throws Problem in place of a refusal. */
export function orThrow<Value>(value: Value | Refusal): Value {
  if (value instanceof Refusal) throw value.toProblem();
  return value;
}
