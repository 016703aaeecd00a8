/** The bounds of all ids: every id is after the first, and none after the last. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** SQL: the id before which operations may be archived; null if none are. */
export const ARCHIVED_BEFORE = '(SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1)';
