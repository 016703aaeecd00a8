import { hostname } from 'node:os';
import type { Database } from '@wallet/shared/database/pool';
import { PROGRAM_VERSION } from '@wallet/shared/database/program';
import { leaveSign } from '@wallet/shared/database/tables/workers';
import { logErrors } from '@wallet/shared/process/log-errors';
import type { Logger } from '@wallet/shared/process/logger';
import { repeat } from '@wallet/shared/process/repeat';
import { newId } from '@wallet/shared/words/ids';
import type { Lane } from '@wallet/shared/queue/doorbell';
import { countOutcomes } from '../drain/report-drain.ts';
import type { Drain } from '../drain/drain-partitions.ts';
import { countOperations } from './count-operations.ts';
import { measureLane } from './measure-lane.ts';
import { sampleMinute } from './sample-minute.ts';

const SIGN_MS = 2_000;
const MINUTE_MS = 60_000;
/** Workers reach the sample of a minute at different times, so that most of them find it complete. */
const SPREAD_MS = 1_000;

export interface Signs {
  /** A transaction begins. @returns a function to call with its result; null if it failed. */
  begin(lane: Lane): (drain: Drain | null) => void;
  /** Records the last sign, which says that the worker stops. */
  stop(): Promise<void>;
}

/**
 * Records signs of life in the database every two seconds while `isWell`, and each minute the sample of the previous
 * minute, if no other worker has. A worker that cannot reach the database records none: that is their purpose.
 */
export function leaveSigns(options: {
  database: Database;
  partitions: number;
  isWell: () => boolean;
  log: Logger;
}): Signs {
  const { database, partitions, isWell, log } = options;
  const onSignError = logErrors(log, 'recording a sign of life failed');
  const onSampleError = logErrors(log, 'recording a sample failed');
  const id = newId();
  const name = `${hostname()}:${process.pid}`;
  const lanes: Record<Lane, ReturnType<typeof measureLane>> = { high: measureLane(), bulk: measureLane() };
  const counter = countOperations();

  async function sign(isStopped: boolean): Promise<void> {
    if (!isWell()) return;
    const { all, lastMinute } = counter.read();
    const speeds = { high: lanes.high.read(), bulk: lanes.bulk.read() };
    await leaveSign(database, { id, name, version: PROGRAM_VERSION, ...all, lastMinute, ...speeds, isStopped });
  }

  const first = sign(false).catch(onSignError);
  const signing = repeat(
    () => SIGN_MS,
    () => sign(false).catch(onSignError),
  );
  const sampling = repeat(
    () => MINUTE_MS - (Date.now() % MINUTE_MS) + Math.random() * SPREAD_MS,
    () => sampleMinute(database, partitions).then(() => undefined, onSampleError),
  );
  return {
    begin(lane) {
      const end = lanes[lane].begin();
      return (drain) => {
        if (drain === null) {
          end(0, false);
          return;
        }
        const { succeeded, failed } = countOutcomes(drain);
        counter.count({ succeeded, failed: failed.length });
        end(
          succeeded + failed.length,
          [...drain.states.values()].some((state) => state === 'more'),
        );
      };
    },
    async stop() {
      await first;
      await Promise.all([signing.stop(), sampling.stop()]);
      await sign(true).catch(onSignError);
    },
  };
}
