import { type Answer, type Body, call } from './call.ts';
import { WalletApiError } from './errors.ts';
import { type Filter, list } from './list.ts';
import type { Pages } from './pages.ts';
import type { Delivery, DeliveryWithAttempts, WebhookEndpoint, WebhookEndpointWithSecret } from './resources.ts';
import type { CallOptions, Sender } from './sender.ts';

/** Where events are sent, and what was sent there. */
export class WebhookEndpoints {
  readonly #sender: Sender;

  constructor(sender: Sender) {
    this.#sender = sender;
  }

  /**
   * Subscribes a URL. The secret that signs its events is in this answer, and in none later. It is not repeated once it may have
   * reached the service, which would subscribe the URL twice. @throws WalletApiError `webhooks_not_configured`
   */
  create(endpoint: Body<'/webhook-endpoints', 'post'>, options: CallOptions = {}): Promise<WebhookEndpointWithSecret> {
    return call(this.#sender, 'post', '/webhook-endpoints', { body: endpoint }, options);
  }

  /** @throws WalletApiError `webhook_endpoint_not_found` */
  get(id: string, options: CallOptions = {}): Promise<WebhookEndpoint> {
    return call(this.#sender, 'get', '/webhook-endpoints/{id}', { params: { id } }, options);
  }

  /** Endpoints, newest first. */
  list(filter: Filter<'/webhook-endpoints'> = {}): Pages<WebhookEndpoint> {
    return list(this.#sender, '/webhook-endpoints', filter);
  }

  /** @throws WalletApiError `webhook_endpoint_not_found` */
  update(
    id: string,
    change: Body<'/webhook-endpoints/{id}', 'patch'>,
    options: CallOptions = {},
  ): Promise<WebhookEndpoint> {
    return call(this.#sender, 'patch', '/webhook-endpoints/{id}', { params: { id }, body: change }, options);
  }

  /** @throws WalletApiError `webhook_endpoint_not_found` */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    try {
      await call(this.#sender, 'delete', '/webhook-endpoints/{id}', { params: { id } }, options);
    } catch (error) {
      // The attempt whose answer was lost may have deleted it.
      const isGone = error instanceof WalletApiError && error.code === 'webhook_endpoint_not_found';
      if (!isGone || !error.mayHaveHappened) throw error;
    }
  }

  /** Gives it another secret; the one before signs beside it for a day. Not repeated once it may have reached the service. */
  rotateSecret(
    id: string,
    body: NonNullable<Body<'/webhook-endpoints/{id}/rotate-secret', 'post'>> = {},
    options: CallOptions = {},
  ): Promise<WebhookEndpointWithSecret> {
    return call(this.#sender, 'post', '/webhook-endpoints/{id}/rotate-secret', { params: { id }, body }, options);
  }

  /** Sends an event of type `webhook_endpoint.test` at once. @throws WalletApiError `webhook_endpoint_disabled` */
  test(id: string, options: CallOptions = {}): Promise<Delivery> {
    return call(this.#sender, 'post', '/webhook-endpoints/{id}/test', { params: { id } }, options);
  }

  /** What was sent there and is to be, the newest events first. */
  deliveries(id: string, filter: Filter<'/webhook-endpoints/{id}/deliveries'> = {}): Pages<Delivery> {
    return list(this.#sender, '/webhook-endpoints/{id}/deliveries', filter, { params: { id } });
  }

  /** A delivery with its last attempts. @throws WalletApiError `delivery_not_found` */
  delivery(id: string, eventId: string, options: CallOptions = {}): Promise<DeliveryWithAttempts> {
    const params = { id, event_id: eventId };
    return call(this.#sender, 'get', '/webhook-endpoints/{id}/deliveries/{event_id}', { params }, options);
  }

  /** Sends an event again at once. @throws WalletApiError `delivery_not_found`, `webhook_endpoint_disabled` */
  replay(id: string, eventId: string, options: CallOptions = {}): Promise<Delivery> {
    const params = { id, event_id: eventId };
    return call(this.#sender, 'post', '/webhook-endpoints/{id}/deliveries/{event_id}/replay', { params }, options);
  }

  /** Sends at once whatever has not succeeded since a moment, and before `until`, if that is given. */
  recover(
    id: string,
    range: Body<'/webhook-endpoints/{id}/recover', 'post'>,
    options: CallOptions = {},
  ): Promise<Answer<'/webhook-endpoints/{id}/recover', 'post'>> {
    return call(this.#sender, 'post', '/webhook-endpoints/{id}/recover', { params: { id }, body: range }, options);
  }
}
