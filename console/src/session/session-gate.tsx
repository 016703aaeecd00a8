import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { createClient, createCredentials } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SessionContext, readStoredKey, storeKey } from './session.ts';
import { SignIn } from './sign-in.tsx';

/** Shows the console to callers that the API lets in: with a key, or without one while there are no keys. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [{ credentials, number }, setAttempt] = useState(() => ({
    credentials: createCredentials(readStoredKey()),
    number: 0,
  }));
  const change = useCallback(
    (token: string | null) => {
      storeKey(token);
      queries.clear();
      setAttempt((before) => ({ credentials: createCredentials(token), number: before.number + 1 }));
    },
    [queries],
  );
  const { data, error, refetch } = useQuery({
    queryKey: ['me', number],
    queryFn: ({ signal }) => createClient(credentials).ask('get', '/access/me', { signal }),
    refetchInterval: 60_000,
  });
  const session = useMemo(
    () =>
      data === undefined
        ? null
        : {
            me: data,
            // What a page was refused may be so for all: then there is nothing to show.
            api: createClient(credentials, () => void queries.invalidateQueries({ queryKey: ['me'] })),
            adopt(key: string) {
              storeKey(key);
              credentials.adopt(key);
            },
            signIn: change,
            signOut: () => change(null),
          },
    [data, credentials, change, queries],
  );
  if (error instanceof ApiProblem && error.status === 401) {
    return <SignIn wasRefused={credentials.token() !== null} onKey={change} />;
  }
  if (session !== null) return <SessionContext value={session}>{children}</SessionContext>;
  if (error !== null) {
    return (
      <main className="sign-in">
        <h1>Wallet operations</h1>
        <ProblemNote problem={error} onRetry={() => void refetch()} />
      </main>
    );
  }
  return <Loading />;
}
