-- Applied after the law, in the same transaction: what must hold for every function of the schema, whichever migration made or
-- replaced it (CREATE OR REPLACE drops the settings of before).
--
-- The law holds for every caller. What a name in it means must not depend on the caller: without this, a temporary table
-- `entries` of a session's own would be looked at in place of ours.
DO $$
DECLARE
  pinned text := format('search_path=%s, pg_temp', quote_ident(current_schema()));
  function regprocedure;
BEGIN
  FOR function IN
    SELECT oid FROM pg_proc
    WHERE pronamespace = current_schema()::regnamespace AND pg_has_role(proowner, 'USAGE') AND prokind = 'f'
      AND NOT coalesce(proconfig, '{}') @> ARRAY[pinned]
      -- It runs for each account that moves, and names nothing: to set and restore a path would take longer than it does.
      AND proname <> 'keep_base'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = pg_proc.oid AND deptype = 'e')
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', function, current_schema());
  END LOOP;
END $$;
