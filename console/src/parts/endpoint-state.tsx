import type { WebhookEndpoint } from '../api/resources.ts';
import { Badge } from './badge.tsx';
import { useNow } from './use-now.ts';

type State = 'disabled' | 'paused' | 'failing' | 'enabled';

/** What an endpoint is like now, in one word. */
function stateOf(endpoint: WebhookEndpoint, now: number): State {
  if (endpoint.status === 'disabled') return 'disabled';
  if (endpoint.paused_until !== null && Date.parse(endpoint.paused_until) > now) return 'paused';
  return endpoint.failing_since === null ? 'enabled' : 'failing';
}

export function EndpointState({ endpoint }: { endpoint: WebhookEndpoint }) {
  return <Badge status={stateOf(endpoint, useNow())} />;
}
