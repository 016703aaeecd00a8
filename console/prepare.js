import { existsSync } from 'node:fs';

// `npm ci` runs this, so that `npm start` can serve the console. Without the tools of development, as after
// `npm ci --omit=dev`, there is nothing to build it with: the API says so at /console, and all else works.
const folder = import.meta.dirname;
try {
  const { build } = await import('vite');
  if (existsSync(`${folder}/index.html`)) await build({ root: folder, logLevel: 'warn' });
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  console.log('The console is not built: vite is not installed. Run npm ci without --omit=dev.');
}
