import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { Router } from 'wouter';
import { ApiProblem } from './api/problem.ts';
import { RefreshContext } from './parts/refresh.ts';
import { Routes } from './routes.tsx';
import { SessionGate } from './session/session-gate.tsx';
import { Shell } from './shell/shell.tsx';

/** The API writes the base of the page into it: under which path the console is seen from outside. */
const BASE = new URL(document.baseURI).pathname.replace(/\/$/, '');

const RETRIES = 2;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What the API refuses, it refuses again; what it could not answer may pass.
      retry: (failures, error) =>
        failures < RETRIES && error instanceof ApiProblem && (error.status === 0 || error.status >= 500),
      refetchOnReconnect: true,
    },
  },
});

export function App() {
  const [isPaused, setPaused] = useState(false);
  const refresh = useMemo(() => ({ isPaused, setPaused }), [isPaused]);
  return (
    <QueryClientProvider client={queries}>
      <RefreshContext value={refresh}>
        <Router base={BASE}>
          <SessionGate>
            <Shell>
              <Routes />
            </Shell>
          </SessionGate>
        </Router>
      </RefreshContext>
    </QueryClientProvider>
  );
}
