import { useEffect, useRef } from 'react';
import { useLocation, useSearch } from 'wouter';
import { withQuery } from '../url/query.ts';

/** Understands what people have at hand: any id, an idempotency key, a reference, a login. */
export function SearchBox() {
  const [location, navigate] = useLocation();
  const search = useSearch();
  const field = useRef<HTMLInputElement>(null);
  const asked = location === '/search' ? (new URLSearchParams(search).get('q') ?? '') : '';
  useEffect(() => {
    const focusOnSlash = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.closest('input, textarea, select, [role=dialog]')) return;
      event.preventDefault();
      field.current?.focus();
    };
    document.addEventListener('keydown', focusOnSlash);
    return () => document.removeEventListener('keydown', focusOnSlash);
  }, []);
  return (
    <form
      role="search"
      aria-label="Find"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        const text = field.current?.value.trim() ?? '';
        if (text !== '') navigate(withQuery('/search', { q: text }));
      }}
    >
      <label htmlFor="search" className="hidden">
        Find an id, a key, a reference or a login
      </label>
      <input
        ref={field}
        key={asked}
        id="search"
        type="search"
        defaultValue={asked}
        placeholder="Id, key, reference or login  ( / )"
        autoComplete="off"
        spellCheck={false}
      />
      <button type="submit" className="button">
        Find
      </button>
    </form>
  );
}
