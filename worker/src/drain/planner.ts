import { PLANNERS } from '@wallet/shared/database/session';

/** Settings for the connections of a worker. */
export const PLANNER = PLANNERS.worker;

/**
 * Additional settings for connections that drain: their statements are planned once. By default, a statement with a
 * short list is planned again every time, which takes longer than running it.
 */
export const DRAIN_PLANNER = { ...PLANNER, plan_cache_mode: 'force_generic_plan' };
