import { PLANNERS } from '@wallet/shared/database/session';

/** Settings for the connections of a worker. */
export const PLANNER = PLANNERS.worker;

/**
 * Besides, for those that drain: their statements are planned once. Left to the planner, one that is given a short list is planned
 * anew every time, which takes longer than to run it.
 */
export const DRAIN_PLANNER = { ...PLANNER, plan_cache_mode: 'force_generic_plan' };
