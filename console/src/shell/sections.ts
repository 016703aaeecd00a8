import type { Scope } from '../api/resources.ts';
import { useSession } from '../session/session.ts';

interface SectionOfConsole {
  readonly path: string;
  readonly title: string;
  /** Where pages of it are that lie elsewhere. */
  readonly otherPath?: string;
  /** What a key needs to see it; null shows it to all. */
  readonly scope: Scope | null;
}

const SECTIONS: readonly SectionOfConsole[] = [
  { path: '/', title: 'Overview', scope: null },
  { path: '/operations', title: 'Operations', scope: 'operations:read' },
  { path: '/wallets', title: 'Wallets', otherPath: '/holds', scope: 'wallets:read' },
  { path: '/batches', title: 'Batches', scope: 'operations:read' },
  { path: '/accounts', title: 'House accounts', scope: 'wallets:read' },
  { path: '/assets', title: 'Assets', scope: 'wallets:read' },
  { path: '/webhooks', title: 'Webhooks', scope: 'webhooks:admin' },
  { path: '/access', title: 'Access', scope: 'access:admin' },
];

/** The sections that the key may see. */
export function useSections(): readonly SectionOfConsole[] {
  const { me } = useSession();
  return SECTIONS.filter(({ scope }) => scope === null || me.scopes.includes(scope));
}
