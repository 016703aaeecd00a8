import { ACCEPTING } from './accepting.ts';
import { ARCHIVING } from './archiving.ts';
import { AUDITING } from './auditing.ts';
import { BATCHES } from './batches.ts';
import { LAW } from './law.ts';
import { LEDGER } from './ledger.ts';
import type { Mutant } from './mutant.ts';
import { READING } from './reading.ts';
import { TERMS_LAW } from './terms-law.ts';
import { TELLING } from './telling.ts';
import { TERMS } from './terms.ts';
import { WORKING } from './working.ts';

export const EVERY_MUTANT: readonly Mutant[] = [
  ...ACCEPTING,
  ...LEDGER,
  ...AUDITING,
  ...TERMS,
  ...LAW,
  ...TERMS_LAW,
  ...WORKING,
  ...BATCHES,
  ...TELLING,
  ...READING,
  ...ARCHIVING,
];
