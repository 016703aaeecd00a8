import { useId } from 'react';
import { useLocation, useSearch } from 'wouter';
import { fromLocalField, toLocalField } from '../format/time.ts';
import { showCode } from '../format/words.ts';
import { changeQuery } from '../url/query.ts';

export interface Filter {
  readonly name: string;
  readonly label: string;
  /** What can be chosen; a text where there is none. */
  readonly options?: readonly string[];
  readonly isMoment?: boolean;
}

/** The filters of a list. They stand in the URL: a choice takes effect at once, a text when the field is left. */
export function Filters({ filters }: { filters: readonly Filter[] }) {
  const [location, navigate] = useLocation();
  const search = useSearch();
  const values = new URLSearchParams(search);
  const set = (name: string, value: string | null): void => {
    if ((values.get(name) ?? '') === (value ?? '')) return;
    const query = changeQuery(search, { [name]: value });
    navigate(query === '' ? location : `${location}?${query}`, { replace: true });
  };
  const isFiltered = filters.some(({ name }) => values.has(name));
  return (
    <form className="filters" role="search" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      {filters.map((filter) => (
        <FilterField key={filter.name} filter={filter} value={values.get(filter.name) ?? ''} onChange={set} />
      ))}
      {isFiltered && (
        <button
          type="button"
          className="button"
          onClick={() => {
            const nothing = Object.fromEntries(filters.map(({ name }) => [name, null]));
            const query = changeQuery(search, nothing);
            navigate(query === '' ? location : `${location}?${query}`);
          }}
        >
          Clear filters
        </button>
      )}
    </form>
  );
}

function FilterField({
  filter: { name, label, options, isMoment = false },
  value,
  onChange,
}: {
  filter: Filter;
  value: string;
  onChange: (name: string, value: string | null) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {options === undefined ? (
        <input
          // What is typed is its own until it is left; what the URL says afterwards counts again.
          key={value}
          id={id}
          type={isMoment ? 'datetime-local' : 'text'}
          spellCheck={false}
          autoComplete="off"
          defaultValue={isMoment ? toLocalField(value === '' ? null : value) : value}
          onBlur={(event) => {
            const written = event.target.value.trim();
            // A field to the minute would change a moment that is more exact.
            if (event.target.value === event.target.defaultValue) return;
            onChange(name, isMoment ? fromLocalField(written) : written);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur();
          }}
        />
      ) : (
        <select id={id} value={value} onChange={(event) => onChange(name, event.target.value)}>
          <option value="">any</option>
          {options.map((option) => (
            <option key={option} value={option}>
              {showCode(option)}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
