import type { Queryable } from '@wallet/shared/database/pool';
import { findContinuation } from '@wallet/shared/database/tables/epochs';
import type { FeedPlace } from '@wallet/shared/database/tables/events';
import type { EventType } from '@wallet/shared/words/event';
import { canonicalUuid } from '@wallet/shared/words/ids';
import { z } from 'zod';
import { createCursors, readPosition } from '../http/pages.ts';
import { Problem } from '../http/problem.ts';
import { epochEnded } from './epoch-ended.ts';
import { eventTypeSchema } from './webhook-resources.ts';

/** Positions in the feed as readers name them, in pages and in the stream. */

const TYPES_MOST = 20;
/** Without a name: readers store these cursors, so existing ones must stay valid. */
const CURSORS = createCursors('', readPlace);

/** The filter of the feed. */
export const typeQuery = {
  type: z
    .union([eventTypeSchema, z.array(eventTypeSchema).max(TYPES_MOST)])
    .optional()
    .meta({ description: 'Only events of this type, or of these.' }),
};

/** The requested types; null is all. */
export function typesOf({
  type,
}: {
  readonly type?: EventType | EventType[] | undefined;
}): readonly EventType[] | null {
  return type === undefined ? null : [type].flat();
}

/**
 * The position named by a cursor, which came as `name`. @throws Problem `invalid_request` if it is not a cursor of the
 * feed.
 */
export function readCursor(cursor: string | undefined, name: string): FeedPlace | null {
  return CURSORS.read(cursor, name);
}

/** `EPOCH:POSITION`; in the first epoch only the position, which earlier versions running beside this one can read. */
function readPlace(text: string): FeedPlace | null {
  const colon = text.indexOf(':');
  const epochId = colon < 0 ? null : text.slice(0, colon);
  const position = readPosition(text.slice(colon + 1));
  if (position === null || (epochId !== null && canonicalUuid(epochId) !== epochId)) return null;
  return { epochId, position };
}

export function writeCursor({ epochId, position }: FeedPlace): string {
  return CURSORS.write(epochId === null ? String(position) : `${epochId}:${position}`);
}

/** The problem for a reader whose position cannot be continued. */
export async function refusePlace(
  database: Queryable,
  after: FeedPlace | null,
  reason: 'expired' | 'other_epoch',
): Promise<Problem<'cursor_expired' | 'epoch_ended'>> {
  if (reason === 'other_epoch')
    return epochEnded(
      after?.position ?? 0n,
      await findContinuation(database, after?.epochId ?? null),
      (epochId, position) => writeCursor({ epochId, position }),
    );
  return new Problem(
    'cursor_expired',
    'Events behind this cursor were deleted because of their age. Read the feed from where it is kept, without after, and ' +
      'look up in GET /operations what happened before.',
  );
}
