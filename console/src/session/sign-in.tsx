import { useRef } from 'react';

/** Asks for an API key. It is kept in this tab only. */
export function SignIn({ wasRefused, onKey }: { wasRefused: boolean; onKey: (key: string) => void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <main className="sign-in">
      <h1>Wallet operations</h1>
      <p>Sign in with an API key. Its scopes decide what you see and may do here.</p>
      {wasRefused && (
        <p className="note note-bad" role="alert">
          The API does not accept this key: it is mistyped, revoked or expired.
        </p>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const key = field.current?.value.trim() ?? '';
          if (key !== '') onKey(key);
        }}
      >
        <label htmlFor="key">API key</label>
        <input
          ref={field}
          id="key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          placeholder="wk_…"
          required
          autoFocus
        />
        <button type="submit" className="button button-main">
          Sign in
        </button>
      </form>
      <p className="quiet">
        The key stays in this browser tab until you close it or sign out. An operator makes one with{' '}
        <code>npm run keys -- create</code>.
      </p>
    </main>
  );
}
