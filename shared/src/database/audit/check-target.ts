import type { Violation } from './pieces.ts';
import { NOTHING, type Sums, type Target, addSums } from './target-sums.ts';

/** Compares what is stored about a target with what operations have moved of it. Both must be of the same moment. */
export function checkTarget(target: Target, moved: Sums): Violation[] {
  const sums = addSums(moved, { ...NOTHING, ...target.archived });
  return target.reversed === null ? checkHold(target, sums) : checkReversed(target, target.reversed, sums);
}

function checkHold(target: Target, sums: Sums): Violation[] {
  const { id, fits, amount } = target;
  const [captured, released] = [target.captured ?? 0n, target.released ?? 0n];
  const remaining = amount - captured - released;
  const said = `of ${amount}, ${captured} captured and ${released} released`;
  const isSum = sums.captured === captured && sums.released === released;
  const wrong = {
    hold_not_of_operation: fits ? null : said,
    hold_sums_wrong: isSum ? null : `says ${said}; operations have moved ${sums.captured} and ${sums.released}`,
    hold_exceeded: remaining < 0n ? said : null,
    hold_left_open: isClosed(sums, amount - sums.captured - sums.released)
      ? null
      : `${said}; an operation was to take all that was left`,
  };
  return tell(`hold ${id}`, wrong);
}

function checkReversed(target: Target, reversed: bigint, sums: Sums): Violation[] {
  const { id, fits, amount } = target;
  const said = `of ${amount}, ${reversed} taken back`;
  const wrong = {
    reversed_not_of_operation: fits ? null : said,
    reversed_sums_wrong: sums.reversed === reversed ? null : `says ${said}; reversals have moved ${sums.reversed}`,
    reversal_exceeds_operation: reversed > amount ? said : null,
    reversal_not_of_all_left: isClosed(sums, amount - sums.reversed)
      ? null
      : `${said}; a reversal was to take all that was left`,
  };
  return tell(`operation ${id}`, wrong);
}

/** Whether an operation that was to take everything left nothing, if it moved anything: then it is the last. */
function isClosed({ closers, closed, last }: Sums, left: bigint): boolean {
  return closers === 0n || (closers === 1n && closed === last && left === 0n);
}

function tell(subject: string, wrong: Readonly<Record<string, string | null>>): Violation[] {
  return Object.entries(wrong).flatMap(([violation, detail]) =>
    detail === null ? [] : [{ violation, subject, detail }],
  );
}
