import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { describeInBrowser } from '../support/describe-in-browser.ts';
import { type ConsoleRig, startConsole } from '../support/console-rig.ts';

describeInBrowser('the console, where a batch is sent, watched and repaired', () => {
  let rig: ConsoleRig;
  beforeAll(async () => {
    rig = await startConsole({ worker: false });
  });
  afterEach(async () => {
    expect(await rig.closeTabs()).toEqual([]);
  });
  afterAll(() => rig.stop());

  async function chooseFile(page: Page, lines: readonly string[]): Promise<void> {
    await page.getByRole('button', { name: 'Upload CSV' }).click();
    const buffer = Buffer.from(['type,wallet_id,amount', ...lines, ''].join('\n'));
    await page.getByLabel('CSV file').setInputFiles({ name: 'credits.csv', mimeType: 'text/csv', buffer });
    await page.getByRole('button', { name: 'Check file' }).click();
  }

  it('shows the invalid lines of a file, and accepts nothing of it', async () => {
    const wallet = await rig.makeWallet();
    const page = await rig.open('/batches');
    await page.getByText('No batch has been accepted yet.').waitFor();
    await page.getByText('Upload a CSV file whose header is').waitFor();
    await chooseFile(page, [`deposit,${wallet},1.00`, `deposit,${wallet},none`]);
    await page.getByRole('dialog').getByRole('alert').getByText('line 3', { exact: false }).waitFor();
    expect((await rig.ask('GET', '/batches')).data).toEqual([]);
  });

  it('credits a file, shows its progress, saves the failed lines and retries them', async () => {
    const [good, frozen] = [await rig.makeWallet(), await rig.makeWallet()];
    await rig.ask('PATCH', `/wallets/${frozen}`, { status: 'frozen' });
    const page = await rig.open('/batches');
    const lines = Array.from({ length: 20 }, (_, n) => `deposit,${n % 5 === 0 ? frozen : good},1.25`);
    await chooseFile(page, lines);
    // The effect is shown before it happens.
    await page.getByRole('dialog').getByText('25.00 USD').waitFor();
    expect((await rig.ask('GET', '/batches')).data).toEqual([]);
    await page.getByRole('button', { name: 'Accept 20 operations' }).click();
    await page.waitForURL('**/console/batches/*');
    const first = page.url();
    await page.getByText('0 succeeded, 0 failed, 20 pending').waitFor();
    rig.service.startWorker();
    await page.getByText('16 succeeded, 4 failed, 0 pending').waitFor();
    const progress = page.getByRole('progressbar');
    expect(await progress.getAttribute('aria-valuenow')).toBe('100');

    const rows = page.getByRole('table', { name: 'Lines' }).locator('tbody tr');
    await page.getByRole('button', { name: 'failed (4)', pressed: true }).waitFor();
    await rows.nth(3).waitFor();
    expect(await rows.allTextContents()).toEqual(Array(4).fill(expect.stringContaining('wallet frozen')));
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download failed lines as CSV' }).click(),
    ]);
    expect(saved.suggestedFilename()).toMatch(/^batch-.*-failed\.csv$/);
    const records = (await readFile(await saved.path(), 'utf8')).trim().split('\n');
    expect(records.slice(1)).toEqual(Array(4).fill(expect.stringMatching(new RegExp(`${frozen}.*wallet_frozen`))));

    await rig.ask('PATCH', `/wallets/${frozen}`, { status: 'active' });
    await page.getByRole('button', { name: 'Retry failed lines' }).click();
    await page.getByRole('dialog').getByText('A new batch is accepted with 4 lines').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Retry failed lines' }).click();
    await page.getByText('4 succeeded, 0 failed, 0 pending').waitFor();
    expect(page.url()).not.toBe(first);
    await page
      .getByRole('main')
      .getByRole('link', { name: /^Batch / })
      .click();
    await page.getByText('16 succeeded, 4 failed, 0 pending').waitFor();
    expect(page.url()).toBe(first);
    expect((await rig.ask('GET', `/wallets/${frozen}`)).balance).toBe('5.00');
  });
});
