import { setTimeout as delay } from 'node:timers/promises';

/** What a run left behind is over by then: what the servers still write, and what node still collects. */
const PAUSE_MS = 300;

/**
 * Runs every subject once a round, in turn, and each round begins with another one: what the machine does meanwhile hits all of
 * them alike, and nobody always comes first. @returns what each run found out, in the order of the rounds.
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
