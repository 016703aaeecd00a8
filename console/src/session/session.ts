import { createContext, useContext } from 'react';
import type { ApiClient } from '../api/client.ts';
import type { Me, Scope } from '../api/resources.ts';

/** Who is signed in, and what the API is asked with in their name. */
export interface Session {
  readonly me: Me;
  readonly api: ApiClient;
  /** Sends what follows with this key, and keeps showing what is shown. */
  readonly adopt: (token: string) => void;
  /** Begins anew with this key. */
  readonly signIn: (token: string) => void;
  readonly signOut: () => void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('nothing is shown before a session is there');
  return session;
}

/** Whether the key may do this. What it may not is not shown. */
export function useMay(scope: Scope): boolean {
  return useSession().me.scopes.includes(scope);
}

/** A key stays in the tab that it was pasted into, and goes with it. */
const PLACE = 'wallet-console-key';

export function readStoredKey(): string | null {
  return sessionStorage.getItem(PLACE);
}

export function storeKey(token: string | null): void {
  if (token === null) sessionStorage.removeItem(PLACE);
  else sessionStorage.setItem(PLACE, token);
}
