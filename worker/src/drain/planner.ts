/**
 * Settings for the connections of a worker. Every statement of it looks rows up by key. A plan made while a table was small,
 * when reading or keeping all of it seemed cheaper, must not outlive that.
 */
export const PLANNER = {
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
  jit: 'off',
};

/**
 * Besides, for those that drain: their statements are planned once. Left to the planner, one that is given a short list is planned
 * anew every time, which takes longer than to run it.
 */
export const DRAIN_PLANNER = { ...PLANNER, plan_cache_mode: 'force_generic_plan' };
