-- Oldest program: 19
--
-- Which programs may work on this schema. A program is numbered by the last migration that it knows. `npm run migrate` keeps the
-- row: `version` is the last migration, and `oldest_program` the highest number that a migration has asked for in its first
-- line, as above. Processes look at it when they start and while they run, and the law refuses what an older one writes.
--
-- This migration only adds: processes of the version before, which look at their start alone, go on.
CREATE TABLE schema_version (
  is_only_row boolean PRIMARY KEY DEFAULT true CHECK (is_only_row),
  version int NOT NULL,
  oldest_program int NOT NULL CHECK (oldest_program <= version)
);
INSERT INTO schema_version (version, oldest_program) VALUES (20, 19);
