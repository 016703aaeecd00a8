import { setTimeout as delay } from 'node:timers/promises';

/** A pause in which the effects of the previous run end: pending writes of the servers, and garbage collection. */
const PAUSE_MS = 300;

/**
 * Runs every subject once per round, and each round begins with a different one: so changes of the machine affect all
 * of them alike, and none always comes first. @returns the results of each run, in the order of the rounds.
 */
export async function alternate<Subject, Result>(
  rounds: number,
  subjects: readonly Subject[],
  run: (subject: Subject, round: number) => Promise<Result>,
): Promise<Map<Subject, Result[]>> {
  const results = new Map<Subject, Result[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let place = 0; place < subjects.length; place += 1) {
      const subject = subjects[(round + place) % subjects.length];
      if (subject === undefined) continue;
      results.get(subject)?.push(await run(subject, round));
      await delay(PAUSE_MS);
    }
  }
  return results;
}
