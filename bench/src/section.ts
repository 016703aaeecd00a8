import type { SectionResult } from './figures.ts';
import type { Options } from './options.ts';
import type { Servers } from './servers.ts';

/** The tools of a section. */
export interface Bench {
  readonly servers: Servers;
  readonly options: Options;
  /** Reports progress on the terminal. */
  readonly say: (line: string) => void;
}

export interface Section {
  readonly name: string;
  readonly title: string;
  readonly measure: (bench: Bench) => Promise<Omit<SectionResult, 'name' | 'title'>>;
}
