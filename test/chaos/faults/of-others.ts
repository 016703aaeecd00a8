import { setTimeout as delay } from 'node:timers/promises';
import type { Manner } from '../witness.ts';
import { type FaultKind, between } from './fault.ts';

/** What those around the service do: clients that go away or insist, and a receiver that does not take what it is told. */

const PATIENCE_MS = 3_000;

const MANNERS: readonly { kind: string; manner: Manner }[] = [
  { kind: 'answers 500', manner: 'fail' },
  { kind: 'does not answer', manner: 'hang' },
  { kind: 'is slow', manner: 'slow' },
];

export const FAULTS_OF_OTHERS: readonly FaultKind[] = [
  ...MANNERS.map(({ kind, manner }): FaultKind => ({
    kind: `receiver ${kind}`,
    point: 'any moment',
    subjects: ['receiver'],
    weight: 4,
    draw(random) {
      const ms = between(random, 200, 2_000);
      return {
        description: `${ms} ms`,
        async inject({ rig }) {
          rig.witness.behave(manner);
          await delay(ms);
          rig.witness.behave('take');
          await rig.remindOfWebhooks();
          return 'injected';
        },
      };
    },
  })),
  {
    kind: 'kill -9 (worker)',
    point: 'deliver: the receiver has the request, and has not answered',
    subjects: ['worker', 'receiver'],
    weight: 4,
    draw(random) {
      const ms = between(random, 0, 1_000);
      return {
        description: `away ${ms} ms`,
        async inject({ rig }) {
          let takeBack = (): boolean => false;
          const killed = new Promise<void>((resolve) => {
            takeBack = rig.witness.onNext(async () => {
              // Whichever of them has sent it: both go.
              await Promise.all(rig.workers.map(({ slot }) => slot.kill()));
              resolve();
            });
          });
          await Promise.race([killed, delay(PATIENCE_MS)]);
          if (takeBack()) return 'missed';
          await killed;
          await delay(ms);
          await Promise.all(rig.workers.map(({ slot }) => slot.start()));
          return 'injected';
        },
      };
    },
  },
  {
    kind: 'clients leave in mid-request',
    point: 'clients',
    subjects: ['clients'],
    weight: 5,
    draw(random) {
      const ms = between(random, 300, 1_500);
      return {
        description: `${ms} ms`,
        async inject({ load }) {
          load.setRestless(true);
          await delay(ms);
          load.setRestless(false);
          return 'injected';
        },
      };
    },
  },
  {
    kind: 'retry storm with one key',
    point: 'clients',
    subjects: ['clients'],
    weight: 5,
    draw: () => ({
      description: 'the same request 48 times at once, at both APIs',
      async inject({ load }) {
        await load.stormWithOneKey();
        return 'injected';
      },
    }),
  },
];
