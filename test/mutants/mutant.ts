/** A known bug: what stands in the product in place of what it should say, and the tests that have to notice. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong with it, as a clause. */
  readonly bug: string;
  /** Stands exactly once in all sources of the product, in whichever file, however it is indented and broken into lines. */
  readonly text: string;
  readonly instead: string;
  /**
   * The test files that are asked, one after the other, until one fails: `unit/plan`, or `laws/faults > SIGSTOP` for those of
   * its tests whose names contain that.
   */
  readonly tests: readonly string[];
}

/** A test as it is named in the list of a mutant: its file, and what its name has to contain. */
export function readTest(test: string): { readonly file: string; readonly part: string | null } {
  const [file = '', part = null] = test.split(' > ');
  return { file: `${file}.test.ts`, part };
}
