import { describeInBrowser } from '../support/describe-in-browser.ts';
import { type ConsoleRig, startConsole } from '../support/console-rig.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';

describeInBrowser('the console, where a webhook endpoint is repaired', () => {
  let rig: ConsoleRig;
  let receiver: Receiver;
  beforeAll(async () => {
    [rig, receiver] = await Promise.all([startConsole(), startReceiver()]);
  });
  afterEach(async () => {
    expect(await rig.closeTabs()).toEqual([]);
  });
  afterAll(async () => {
    await rig.stop();
    await receiver.stop();
  });

  /** Unless requested, nothing is sent for ten minutes, and no delivery again for hours. */
  async function leaveAlone(): Promise<void> {
    await rig.service.database.query(
      `WITH later AS (UPDATE deliveries SET next_attempt_at = now() + interval '3 hours' WHERE status = 'pending')
       UPDATE webhook_endpoint_states SET failures = 8, paused_until = now() + interval '10 minutes'`,
    );
  }

  it('says why an endpoint gets nothing, and resends the failed deliveries once its receiver recovers', async () => {
    receiver.answer = (_request, response) => response.writeHead(500).end('no room left');
    const page = await rig.open('/webhooks');
    await page.getByText('There are no webhook endpoints yet.').waitFor();
    await page.getByRole('button', { name: 'New endpoint' }).click();
    await page.getByLabel('URL').fill(receiver.url);
    await page.getByLabel('operation.succeeded').check();
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole('button', { name: 'I have saved it' }).click();
    await page.getByRole('link', { name: receiver.url }).click();
    await page.getByText('Nothing has been sent to it yet.').waitFor();

    await rig.makeWallet('7');
    await receiver.until(({ length }) => length >= 1);
    await page.getByText('Every request has failed since').waitFor();
    await page.getByText('HTTP 500').first().waitFor();
    const row = page.getByRole('table', { name: 'Deliveries' }).locator('tbody tr').first();
    await row.getByText('pending').waitFor();
    await row.getByRole('link').click();
    await page.getByText('no room left').first().waitFor();
    await page.goBack();

    await leaveAlone();
    await page.getByText('The next one is made in').waitFor();
    await page.getByRole('button', { name: 'Send failed again' }).click();
    await page.getByRole('dialog').getByText('Every delivery since then').waitFor();
    // Only now: a retry that was under way before would have left nothing to send again.
    receiver.answer = (_request, response) => response.writeHead(204).end();
    const before = receiver.received.length;
    await page.getByRole('dialog').getByRole('button', { name: 'Send failed again' }).click();
    await receiver.until(({ length }) => length > before);
    await row.getByText('succeeded', { exact: true }).waitFor();
    await page.getByText('Every request has failed since').waitFor({ state: 'detached' });
    expect(receiver.received.at(-1)!.id).toBe(receiver.received[0]!.id);
  });

  it('enables a disabled endpoint, which then gets the events it missed', async () => {
    const made = await rig.ask('POST', '/webhook-endpoints', { url: receiver.url });
    const page = await rig.open(`/webhooks/${made.id}`, { width: 390 });
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('dialog').getByText('Its events are kept until then').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
    // The section that is open is in sight, although not all are.
    const section = await page.getByRole('link', { name: 'Webhooks', exact: true }).boundingBox();
    expect(Math.floor(section!.x + section!.width)).toBeLessThanOrEqual(390);
    await page.getByText('Nothing is sent. It was disabled on request.').waitFor();
    await page.getByRole('button', { name: 'Send test event' }).waitFor({ state: 'detached' });
    const before = receiver.received.length;
    await rig.makeWallet('3');
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('status').getByText('enabled').waitFor();
    await receiver.until(({ length }) => length > before);
  });
});
