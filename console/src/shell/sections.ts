import type { Scope } from '../api/resources.ts';
import { useSession } from '../session/session.ts';

interface SectionOfConsole {
  readonly path: string;
  readonly title: string;
  /** What a key needs to see it; null shows it to all. */
  readonly scope: Scope | null;
}

const SECTIONS: readonly SectionOfConsole[] = [
  { path: '/', title: 'Overview', scope: null },
  { path: '/operations', title: 'Operations', scope: 'operations:read' },
  { path: '/wallets', title: 'Wallets', scope: 'wallets:read' },
  { path: '/batches', title: 'Batches', scope: 'operations:read' },
  { path: '/webhooks', title: 'Webhooks', scope: 'webhooks:admin' },
  { path: '/access', title: 'Access', scope: 'access:admin' },
];

/** The sections that the key may see. */
export function useSections(): readonly SectionOfConsole[] {
  const { me } = useSession();
  return SECTIONS.filter(({ scope }) => scope === null || me.scopes.includes(scope));
}
