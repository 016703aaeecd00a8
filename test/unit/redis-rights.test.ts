import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { RIGHTS } from '../support/redis-rights.ts';

/**
 * The rights in docs/deployment.md include every command of BullMQ's scripts, even rare ones: a ring for a partition
 * whose job is active keeps the key of its deduplication from expiring.
 */

const SCRIPTS = join(dirname(createRequire(import.meta.url).resolve('bullmq')), 'scripts');
/** The scripts behind `addBulk`, and those that a Worker runs on a job until it has ended or has to be retried. */
const OURS =
  /^(addStandardJob|moveToActive|moveToFinished|moveToDelayed|moveStalledJobsToWait|extendLocks?|retryJob)-\d+\.js$/;

/** Commands of value types that are permitted as a whole: `+@hash` and so on. */
const OF_VALUES =
  /^(h(set|get|getall|mget|mset|del|exists|incrby|setnx)|l(len|push|rem|range|trim|pop|index)|r(push|poplpush)|s(add|rem|card|members|ismember)|z\w+|x(add|trim)|get|set|incr|incrby|decr)$/;

it('every command in the scripts is allowed', () => {
  const scripts = readdirSync(SCRIPTS).filter((name) => OURS.test(name));
  expect(scripts.length).toBeGreaterThanOrEqual(8);
  const called = scripts.flatMap((name) =>
    [...readFileSync(join(SCRIPTS, name), 'utf8').matchAll(/(?:rcall|redis\.call)\(\s*['"](\w+)['"]/g)].map(
      ([, command]) => command!.toLowerCase(),
    ),
  );
  const named = new Set([...RIGHTS.matchAll(/\+([a-z]+)\b/g)].map(([, command]) => command));
  for (const kind of ['hash', 'list', 'set', 'sortedset', 'stream', 'string']) expect(RIGHTS).toContain(`+@${kind}`);
  expect([...new Set(called)].filter((command) => !OF_VALUES.test(command) && !named.has(command))).toEqual([]);
});
