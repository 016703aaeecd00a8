import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '@wallet/local/project';
import { SETTINGS } from '@wallet/shared/process/setting-names';
import { format, resolveConfig } from 'prettier';
import { DESCRIBED, VALIDATED, writeConfigurationPage } from '../support/configuration-page.ts';
import { readProjectFile } from '../support/manifests.ts';

const PAGE = 'docs/configuration.md';

it('docs/configuration.md matches the schemas of the settings', async () => {
  const file = join(PROJECT_ROOT, PAGE);
  const page = await format(writeConfigurationPage(), { ...(await resolveConfig(file)), parser: 'markdown' });
  if (process.env['UPDATE_CONFIGURATION']) writeFileSync(file, page);
  expect(readProjectFile(PAGE)).toBe(page);
});

it('docs/configuration.md describes every setting once', () => {
  expect([...DESCRIBED].sort()).toEqual([...SETTINGS].sort());
  expect([...VALIDATED].sort()).toEqual([...SETTINGS].sort());
});
