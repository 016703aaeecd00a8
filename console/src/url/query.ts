/** What a page shows stands in its URL: a link to it shows the same. */

/** A path with a query; what is empty or null is left out. */
export function withQuery(
  path: string,
  fields: Readonly<Record<string, string | number | boolean | null | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== null && value !== undefined && value !== '') query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The given fields of a query. */
export function readQuery<Name extends string>(
  query: URLSearchParams | string,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const parameters = new URLSearchParams(query);
  const read: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = parameters.get(name);
    if (value !== null && value !== '') read[name] = value;
  }
  return read;
}

/** A query with other values for some fields; a filter that changes begins at the first page again. */
export function changeQuery(query: string, changes: Readonly<Record<string, string | null>>): string {
  const parameters = new URLSearchParams(query);
  parameters.delete('cursor');
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  return parameters.toString();
}

const UUID = /^\{?[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\}?$/i;
const KEY = /^[A-Za-z0-9_.:-]{1,255}$/;

/** What a text in the search box can be: an id, or a key that a caller chose, which may look like an id as well. */
export function kindOfSearch(text: string): { readonly mayBeId: boolean; readonly mayBeKey: boolean } {
  return { mayBeId: UUID.test(text), mayBeKey: KEY.test(text) };
}
