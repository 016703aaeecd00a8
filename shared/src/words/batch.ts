import { randomBytes } from 'node:crypto';

/** A batch: many operations accepted together, each line an operation of its own. */

/** The most operations in one batch. */
export const BATCH_LIMIT = 1_000_000;
/** The most operations in a batch that succeeds or fails as a whole: it is applied in one transaction. */
export const ATOMIC_LIMIT = 1_000;

/**
 * The ids of batches and of their lines are UUIDs of version 7 (RFC 9562), whose random bits contain, in this order: 12
 * bits of partition, 42 random bits shared by the whole batch, and 20 bits of the line's position. So the lines of a
 * batch in a partition are one range of ids, in the order of the file.
 */
const POSITION_DIGITS = 5;
const LAST_POSITION = 0xfffff;
/** The partition number in the id of the batch itself: no partition has it. */
const BATCH_PARTITION = 'fff';
const LAST_PARTITION = 0xffe;

export function newBatchId(now = Date.now()): string {
  const time = now.toString(16).padStart(12, '0');
  const random = randomBytes(6).toString('hex');
  const variant = (8 + (parseInt(random.charAt(0), 16) & 3)).toString(16);
  return (
    `${time.slice(0, 8)}-${time.slice(8)}-7${BATCH_PARTITION}-${variant}${random.slice(1, 4)}-` +
    `${random.slice(4, 11)}${'0'.repeat(POSITION_DIGITS)}`
  );
}

/** The id of a line: `position` counts from 1. */
export function lineId(batchId: string, partition: number, position: number): string {
  return prefixOf(batchId, partition) + position.toString(16).padStart(POSITION_DIGITS, '0');
}

/** The line's position in its batch, counted from 1. */
export function positionOf(lineId: string): number {
  return parseInt(lineId.slice(-POSITION_DIGITS), 16);
}

/** The lowest and highest id that a line of the batch can have. Few other ids lie between them. */
export function boundsOfBatch(batchId: string): readonly [string, string] {
  return [lineId(batchId, 0, 0), lineId(batchId, LAST_PARTITION, LAST_POSITION)];
}

/** The lowest and highest id that a line of the batch can have in a partition. */
export function boundsOfPart(batchId: string, partition: number): readonly [string, string] {
  return [lineId(batchId, partition, 0), lineId(batchId, partition, LAST_POSITION)];
}

function prefixOf(batchId: string, partition: number): string {
  return `${batchId.slice(0, 15)}${partition.toString(16).padStart(3, '0')}${batchId.slice(18, 31)}`;
}
