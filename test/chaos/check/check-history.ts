import type { History } from '../history.ts';
import type { Told } from '../witness.ts';
import { checkCancels } from './check-cancels.ts';
import { checkOrder } from './check-order.ts';
import { checkReadings } from './check-readings.ts';
import { checkRefusals } from './check-refusals.ts';
import { checkRequests } from './check-requests.ts';
import { checkTold, readSequences } from './check-told.ts';
import type { Recorded } from './recorded.ts';
import { replay } from './replay.ts';
import type { Violation } from './violation.ts';

/** Holds what clients saw and what the receiver was told against what is recorded, and all of it against the model. */
export function checkHistory(history: History, recorded: Recorded, told: readonly Told[]): Violation[] {
  const sequences = readSequences(told);
  const replayed = replay(recorded, sequences);
  return [
    ...checkRequests(history, recorded),
    ...checkRefusals(history, recorded),
    ...replayed.violations,
    ...checkCancels(history, recorded, replayed, sequences),
    ...checkOrder(history, recorded, replayed),
    ...checkReadings(history, recorded, replayed),
    ...checkTold(history, recorded, replayed, told),
  ];
}
