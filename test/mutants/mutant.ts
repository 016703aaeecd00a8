/** A known bug: what stands in the product in place of what it should say, and the tests that have to notice. */
export interface Mutant {
  readonly name: string;
  /** What goes wrong with it, as a clause. */
  readonly bug: string;
  /** The file of the product, from the root of the project. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly instead: string;
  /**
   * The test files that are asked, one after the other, until one fails: `unit/plan`, or `laws/faults > SIGSTOP` for those of
   * its tests whose names contain that.
   */
  readonly tests: readonly string[];
}

/** The source with the bug in it. @throws Error if the text is not found exactly once: then the mutant needs care. */
export function mutate(source: string, { name, file, text, instead }: Mutant): string {
  const [before, after, ...others] = source.split(text);
  if (before === undefined || after === undefined || others.length > 0) {
    const times = source.split(text).length - 1;
    throw new Error(`the mutant ${name} does not apply: its text stands ${times} times in ${file}, not once`);
  }
  return before + instead + after;
}

/** A test as it is named in the list of a mutant: its file, and what its name has to contain. */
export function readTest(test: string): { readonly file: string; readonly part: string | null } {
  const [file = '', part = null] = test.split(' > ');
  return { file: `${file}.test.ts`, part };
}
