import type { Waiting } from '../api/resources.ts';
import { showAgo } from '../format/time.ts';
import { showNumberOf } from '../format/words.ts';

/** Why something waits, in sentences; none where the API does not say. */
export function tellWaiting({ waits_for, ahead, estimated_completion }: Waiting, now: number): readonly string[] {
  const sentences: string[] = [];
  if (waits_for === 'worker') sentences.push('It waits for a worker: none has taken its partition yet.');
  if (waits_for === 'earlier_operations') sentences.push('It waits for operations that were accepted before it.');
  if (waits_for === 'schedule') sentences.push('It waits for the moment that it is scheduled for.');
  if (ahead != null && waits_for !== 'schedule') {
    sentences.push(
      ahead === 0
        ? 'Nothing of its partition is ahead of it.'
        : `${showNumberOf(ahead, 'operation')} of its partition ${ahead === 1 ? 'goes' : 'go'} first.`,
    );
  }
  if (estimated_completion !== undefined) {
    sentences.push(
      estimated_completion === null
        ? 'Its completion cannot be estimated: nothing is being applied now.'
        : `It is expected to end ${showAgo(estimated_completion, now)}.`,
    );
  }
  return sentences;
}
