/** A known bug: a text of the product, its wrong replacement, and the tests that have to notice. */
export interface Mutant {
  readonly name: string;
  /** The effect of the bug, as a clause. */
  readonly bug: string;
  /** Occurs exactly once in all sources of the product, in any file, however it is indented and broken into lines. */
  readonly text: string;
  readonly instead: string;
  /**
   * The test files to run, in order, until one fails: `unit/plan`, or `laws/faults > SIGSTOP` for those of its tests
   * whose names contain that.
   */
  readonly tests: readonly string[];
}

/** A test in the list of a mutant: its file, and a part of its name. */
export function readTest(test: string): { readonly file: string; readonly part: string | null } {
  const [file = '', part = null] = test.split(' > ');
  return { file: `${file}.test.ts`, part };
}
