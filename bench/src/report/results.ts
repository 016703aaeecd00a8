import type { SectionResult } from '../figures.ts';
import type { Machine } from '../machine.ts';

/** All results of a run of the benchmark. */
export interface Results {
  readonly measuredAt: string;
  readonly tookS: number;
  readonly quick: boolean;
  readonly machine: Machine;
  readonly sections: readonly SectionResult[];
}

export function hasFaults({ sections }: Results): boolean {
  return sections.some(({ faults }) => faults.length > 0);
}

/** `2 cores (…), 24 GB; Node v20…; PostgreSQL 15…; Redis 7…; commit …`. */
export function describeMachine(machine: Machine): string {
  const { cores, processor, memoryGB, system, node, postgres, redis, commit, loadBefore } = machine;
  const load = loadBefore > 0.5 ? `; the machine was busy before (load ${loadBefore.toFixed(1)})` : '';
  return `${cores} cores (${processor}), ${memoryGB} GB, ${system}; Node ${node}; ${postgres}; ${redis}; commit ${commit}${load}`;
}
