import { findProgram } from '@wallet/local/find-program';
import { type Browser, chromium } from 'playwright-core';

/** The Chromium of this machine, or the one that `TEST_CHROMIUM` names; null if there is none. */
export const CHROMIUM =
  process.env['TEST_CHROMIUM'] ??
  findProgram(process.env['PATH'] ?? '', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');

export const MISSING_CHROMIUM =
  'There is no Chromium: install the package chromium of Debian, or name a program in TEST_CHROMIUM.';

/** @throws Error if there is no browser. */
export async function launchChromium(): Promise<Browser> {
  if (CHROMIUM === null) throw new Error(MISSING_CHROMIUM);
  return await chromium.launch({
    executablePath: CHROMIUM,
    // No requests to its vendor, and no GPU, which is missing.
    args: ['--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
}
