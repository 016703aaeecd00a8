import { CHROMIUM, MISSING_CHROMIUM } from '@wallet/bench/chromium';

/** Tests that need a browser. Without one they are skipped, and the output says why. */
export function describeInBrowser(name: string, tests: () => void): void {
  if (CHROMIUM !== null) {
    describe(name, tests);
    return;
  }
  process.stderr.write(`Skipped: ${name}. ${MISSING_CHROMIUM}\n`);
  describe.skip(name, tests);
}
