import { z } from 'zod';

/** The requirements of fields, in the words of this API. They follow the name of the field. */
type Issue = z.core.$ZodRawIssue;

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
};

const FORMATS: Readonly<Record<string, string>> = {
  url: 'a URL such as https://example.com/hooks',
  date: 'a date such as 2026-01-31',
  datetime: 'a moment such as 2026-01-31T12:00:00.000Z (RFC 3339)',
};

/** The unit of "too long" and "too short"; numbers are compared instead. */
const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['element', 'elements'],
};

/** The most names that a message lists. */
const NAMES_MOST = 30;

/**
 * Says what is allowed at `issue`, with an example if the schema has one. Passed to `safeParse`; a schema with its own
 * message keeps it. @returns undefined where the validator's own words stay.
 */
export function explainIssue(issue: Issue): string | undefined {
  if (issue.code === 'unrecognized_keys') return explainUnknown(issue);
  if (issue.code === 'invalid_key')
    return `has a name that is not allowed: it ${issue.issues[0]?.message ?? 'is refused'}`;
  const wanted = describeWanted(issue);
  return wanted === undefined ? undefined : mustBe(wanted)(issue);
}

/**
 * Makes the message of a schema that requires `what`, such as `a UUID such as a11ce000-…`, also for a missing field.
 */
export function mustBe(what: string): (issue: Issue) => string {
  return ({ input }) => (input === undefined ? `is required: ${what}` : `must be ${what}`);
}

/** The text after "must be". */
function describeWanted(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return (NOUNS[issue.expected] ?? issue.expected) + exampleOf(issue);
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'invalid_format':
      return FORMATS[issue.format] ?? (issue.pattern === undefined ? issue.format : `text like ${issue.pattern}`);
    case 'too_small':
      return limit(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least');
    case 'too_big':
      return limit(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most');
    case 'invalid_union':
      return 'of another form: see /openapi.json';
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'not_multiple_of':
    case 'custom':
      return undefined;
  }
}

function exampleOf({ inst }: Issue): string {
  const example = inst === undefined ? undefined : z.globalRegistry.get(inst as z.ZodType)?.['example'];
  return example === undefined ? '' : ` such as ${JSON.stringify(example)}`;
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? String(values[0]) : `one of ${values.join(', ')}`;
}

function limit(origin: string, bound: number | bigint, relation: string): string {
  const units = UNITS[origin];
  return units === undefined ? `${relation} ${bound}` : `${relation} ${bound} ${units[bound === 1 ? 0 : 1]} long`;
}

/** For each of the unknown fields: `toFieldErrors` names them. */
function explainUnknown({ inst }: Issue): string {
  const shape = inst !== undefined && 'shape' in inst && typeof inst.shape === 'object' ? (inst.shape ?? {}) : {};
  const names = Object.keys(shape);
  if (names.length === 0) return 'is not known here';
  const shown = names.length > NAMES_MOST ? [...names.slice(0, NAMES_MOST), '…'] : names;
  return `is not known here. Known: ${shown.join(', ')}`;
}
