import { setTimeout as delay } from 'node:timers/promises';
import type { Station } from '../rig.ts';
import { type FaultKind, type Theatre, between } from './fault.ts';

/** Faults of our own processes at any moment: stopped, killed, restarted in turn, and with the clock put off. */

const HOUR_MS = 3_600_000;
/** Longer than BullMQ's lock of a job, and every limit of the database. */
const LONG_PAUSE_MS = 17_000;

/** How many operations an API of an earlier version is asked for. */
const SENT_TO_EARLIER = 400;

const PROGRAMS = ['api', 'worker'] as const;

function stationsOf({ rig }: Theatre, program: 'api' | 'worker'): readonly Station[] {
  return program === 'api' ? rig.apis : rig.workers;
}

export const FAULTS_OF_PROCESSES: readonly FaultKind[] = [
  ...PROGRAMS.map((program): FaultKind => ({
    kind: `kill -9 (${program})`,
    point: 'any moment',
    subjects: [program],
    weight: 4,
    draw(random) {
      const which = between(random, 0, 1);
      const ms = between(random, 0, 1_500);
      return {
        description: `${program}-${which + 1}, away ${ms} ms`,
        async inject(theatre) {
          const { slot } = stationsOf(theatre, program)[which]!;
          await slot.kill();
          await delay(ms);
          await slot.start();
          return 'injected';
        },
      };
    },
  })),
  ...PROGRAMS.map((program): FaultKind => ({
    kind: `SIGSTOP (${program})`,
    point: 'any moment',
    subjects: [program],
    weight: 4,
    draw(random) {
      const which = between(random, 0, 1);
      const ms = random() < 0.07 ? LONG_PAUSE_MS : between(random, 100, 1_500);
      return {
        description: `${program}-${which + 1}, ${ms} ms`,
        async inject(theatre) {
          const { slot } = stationsOf(theatre, program)[which]!;
          slot.pause();
          await delay(ms);
          slot.resume();
          return 'injected';
        },
      };
    },
  })),
  ...PROGRAMS.map((program): FaultKind => ({
    kind: `clock jumps (${program})`,
    point: 'any moment',
    subjects: [program],
    weight: 4,
    draw(random) {
      const which = between(random, 0, 1);
      const hours = between(random, -26, 26) || 1;
      const ms = between(random, 300, 1_500);
      return {
        description: `${program}-${which + 1}, ${hours} h for ${ms} ms`,
        async inject(theatre) {
          const { slot } = stationsOf(theatre, program)[which]!;
          slot.shiftClock(hours * HOUR_MS);
          await delay(ms);
          slot.shiftClock(0);
          return 'injected';
        },
      };
    },
  })),
  ...PROGRAMS.toReversed().map((program): FaultKind => ({
    kind: `${program} of an earlier version`,
    point: 'beside those of this one',
    subjects: [program],
    weight: 2,
    isIn: ({ before }) => before !== undefined,
    draw(random) {
      const ms = between(random, 1_000, 5_000);
      return {
        description: `${ms} ms`,
        async inject({ rig: { earlier }, load }) {
          if (earlier === null) return 'impossible here';
          const { slot } = earlier[program];
          await slot.start();
          const url = `http://127.0.0.1:${earlier.api.entrance.port}`;
          await (program === 'api' ? load.surge(SENT_TO_EARLIER, [url]) : delay(ms));
          await slot.stop();
          return 'injected';
        },
      };
    },
  })),
  {
    kind: 'SIGTERM, one after the other',
    point: 'api and worker',
    subjects: ['everything'],
    weight: 2,
    draw: () => ({
      description: 'rolling restart',
      async inject(theatre) {
        for (const { slot } of [...theatre.rig.apis, ...theatre.rig.workers]) {
          const code = await slot.stop();
          if (code !== 0) theatre.complain(`${slot.name} ended with ${code} when it was asked to stop`);
          await slot.start();
        }
        return 'injected';
      },
    }),
  },
];
