import type { SectionResult } from './figures.ts';
import type { Options } from './options.ts';
import type { Servers } from './servers.ts';

/** What a section works with. */
export interface Bench {
  readonly servers: Servers;
  readonly options: Options;
  /** Tells on the terminal how far it has got. */
  readonly say: (line: string) => void;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly measure: (bench: Bench) => Promise<Omit<SectionResult, 'name' | 'title'>>;
}
