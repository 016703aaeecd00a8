import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { createClient } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import type { Me } from '../api/resources.ts';
import { Loading } from '../parts/loading.tsx';
import { ProblemNote } from '../parts/problem-note.tsx';
import { SessionContext, readStoredKey, storeKey } from './session.ts';
import { SignIn } from './sign-in.tsx';

/** Shows the console to callers that the API lets in: with a key, or without one while there are no keys. */
export function SessionGate({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [{ token, number, hasEnded }, setAttempt] = useState(() => ({
    token: readStoredKey(),
    number: 0,
    hasEnded: false,
  }));
  const change = useCallback(
    (next: string | null, ended: boolean) => {
      storeKey(next);
      queries.clear();
      setAttempt((before) => ({ token: next, number: before.number + 1, hasEnded: ended }));
    },
    [queries],
  );
  const api = useMemo(
    // Without a key, a refusal ends nothing: to begin anew would lead to the same refusal, without an end.
    () => createClient(token, () => token !== null && change(null, true)),
    [token, change],
  );
  const { data, error, refetch } = useQuery({
    queryKey: ['me', number],
    queryFn: ({ signal }) => api.ask<Me>('/access/me', { signal }),
    refetchInterval: 60_000,
  });
  const session = useMemo(
    () =>
      data === undefined
        ? null
        : { me: data, api, signIn: (key: string) => change(key, false), signOut: () => change(null, false) },
    [data, api, change],
  );
  if (session !== null) return <SessionContext value={session}>{children}</SessionContext>;
  if (error instanceof ApiProblem && error.status === 401) {
    return <SignIn wasRefused={hasEnded} onKey={(key) => change(key, false)} />;
  }
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
