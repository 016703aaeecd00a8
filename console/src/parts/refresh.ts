import { createContext, useContext } from 'react';

/** Whether pages ask again by themselves. */
interface Refresh {
  readonly isPaused: boolean;
  readonly setPaused: (isPaused: boolean) => void;
}

export const RefreshContext = createContext<Refresh>({ isPaused: false, setPaused: () => undefined });

export function useRefresh(): Refresh {
  return useContext(RefreshContext);
}
