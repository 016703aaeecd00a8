import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { type RequestHandler, type Response, Router } from 'express';
import { onlyAllow, routeNotFound } from './http/answer-errors.ts';
import { splitTarget } from './http/read-target.ts';

/** The pages load nothing from other hosts, and run only scripts from their assets. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'self'; " +
  "form-action 'none'; frame-ancestors 'none'";

const MISSING =
  'The console is not built: run npm run build --workspace=console, then start the API again. Everything else is ' +
  'served.\n';

/** The files of a build by content encoding, smallest first. */
const ENCODINGS = { br: '.br', gzip: '.gz' } as const;

interface BuiltConsole {
  readonly page: string;
  readonly assetsFolder: string;
  /** The names of the assets, compressed ones included. */
  readonly assets: ReadonlySet<string>;
}

/**
 * Serves the console, whose every path is its one page. Its addresses are relative to a base that is written into it,
 * relative to the requested path: so it also works behind a proxy with a path prefix.
 */
export function createConsole(built = loadConsole()): Router {
  const router = Router();
  if (built === null) {
    router.get(/.*/, (_request, response) => {
      response.status(503).type('text/plain').send(MISSING);
    });
  } else {
    router.use('/static', ...serveAssets(built));
    router.get(/.*/, sendPage(built));
  }
  router.all(/.*/, onlyAllow('GET', 'HEAD'));
  return router;
}

/** The files that `npm ci` or `npm run build` left in the console's package; null if there are none. */
function loadConsole(): BuiltConsole | null {
  try {
    const { resolve } = createRequire(import.meta.url);
    const folder = join(dirname(resolve('@wallet/console/package.json')), 'dist/app');
    const assetsFolder = join(folder, 'static');
    return {
      page: readFileSync(join(folder, 'index.html'), 'utf8'),
      assetsFolder,
      assets: new Set(readdirSync(assetsFolder)),
    };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'MODULE_NOT_FOUND') return null;
    throw error;
  }
}

function sendPage({ page }: BuiltConsole): RequestHandler {
  return (request, response) => {
    const { path, query } = splitTarget(request.originalUrl);
    // At `/console` without a slash, the base would be the folder above.
    if (path.endsWith(request.baseUrl)) {
      response.redirect(`${path.slice(path.lastIndexOf('/') + 1)}/${query === '' ? '' : `?${query}`}`);
      return;
    }
    const depth = request.path.split('/').length - 2;
    const base = depth === 0 ? './' : '../'.repeat(depth);
    response
      .set({ 'Content-Security-Policy': POLICY, 'Cache-Control': 'no-store' })
      .type('html')
      .send(page.replace('<head>', `<head><base href="${base}">`));
  };
}

/** Their names change with their content, so browsers may keep them permanently. Compressed copies are beside them. */
function serveAssets({ assetsFolder, assets }: BuiltConsole): RequestHandler[] {
  const choose: RequestHandler = (request, response, next) => {
    const name = request.path.slice(1);
    const encoding = (['br', 'gzip'] as const).find(
      (each) => assets.has(name + ENCODINGS[each]) && request.acceptsEncodings(each) !== false,
    );
    if (assets.has(name)) response.vary('Accept-Encoding').type(name.slice(name.lastIndexOf('.')));
    if (encoding !== undefined) {
      response.setHeader('Content-Encoding', encoding);
      request.url = `/${name}${ENCODINGS[encoding]}`;
    }
    next();
  };
  const send = express.static(assetsFolder, { index: false, immutable: true, maxAge: '365d', redirect: false });
  return [choose, send, forgetEncoding, routeNotFound];
}

/** The answer for a missing file. */
const forgetEncoding: RequestHandler = (_request, response: Response, next) => {
  response.removeHeader('Content-Encoding');
  next();
};
