/** Every id lies behind the first, and none behind the last. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** In statements: the id before which operations may be in the archives; null if none are. */
export const ARCHIVED_BEFORE = '(SELECT before_id FROM archives ORDER BY before_id DESC LIMIT 1)';
