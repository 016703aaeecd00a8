import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import express, { Router } from 'express';
import { createApiDocument } from './document.ts';
import type { Declaration } from './http/endpoint.ts';
import { writePage } from './http/page.ts';
import { addProblemPages } from './problems/problem-pages.ts';

/** The pages must not load anything from other hosts. Redoc uses inline styles and searches in a worker. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
  "connect-src 'self'; worker-src blob:; child-src blob:; base-uri 'self'; frame-ancestors 'none'";

const HOME = writePage(
  'Wallet operations',
  '<style>body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>',
  `<h1>Wallet operations</h1>
  <p>Accepts wallet operations, applies each exactly once and in order, and keeps a double-entry ledger.</p>
  <ul>
    <li><a href="/console/">Look at it</a> (console)</li>
    <li><a href="docs">Try the API</a> (Swagger UI)</li>
    <li><a href="redoc">Read the API</a> (Redoc)</li>
    <li><a href="openapi.json">The API as OpenAPI 3.1</a></li>
    <li><a href="problems">Problems, their causes and cures</a></li>
    <li><a href="health">Health</a></li>
  </ul>`,
);

const SWAGGER = writePage(
  'Wallet operations: try the API',
  '<link rel="stylesheet" href="docs/assets/swagger-ui.css">',
  '<div id="swagger-ui"></div><script src="docs/assets/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>',
);
const SWAGGER_START = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null });\n`;

const REDOC = writePage(
  'Wallet operations: the API',
  '<style>body{margin:0}</style>',
  '<div id="redoc"></div><script src="redoc/assets/redoc.standalone.js"></script><script src="redoc/start.js"></script>',
);
const REDOC_START = `Redoc.init('openapi.json', { hideHostname: true }, document.getElementById('redoc'));\n`;

/** Redoc loads one picture from another host, which the policy would block. */
const REDOC_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const NO_IMAGE = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

/** The document, and the pages that show it, with all their assets served from here. */
export function createDocumentation(endpoints: readonly Declaration[]): Router {
  const router = Router();
  const document = JSON.stringify(createApiDocument(endpoints));
  router.get('/openapi.json', (_request, response) => {
    response.type('application/json').send(document);
  });
  for (const [path, html] of [
    ['/', HOME],
    ['/docs', SWAGGER],
    ['/redoc', REDOC],
  ] as const) {
    router.get(path, (request, response) => {
      const page = html.replace('<head>', `<head><base href="${request.baseUrl}/">`);
      response.set('Content-Security-Policy', POLICY).type('html').send(page);
    });
  }
  for (const [path, script] of [
    ['/docs/start.js', SWAGGER_START],
    ['/redoc/start.js', REDOC_START],
  ] as const) {
    router.get(path, (_request, response) => {
      response.type('text/javascript').send(script);
    });
  }
  const { resolve } = createRequire(import.meta.url);
  const redoc = resolve('redoc/bundles/redoc.standalone.js');
  const script = readFileSync(redoc, 'utf8').replaceAll(REDOC_LOGO, NO_IMAGE);
  router.get('/redoc/assets/redoc.standalone.js', (_request, response) => {
    response.set('Cache-Control', 'public, max-age=3600, immutable').type('text/javascript').send(script);
  });
  const assets = { index: false, immutable: true, maxAge: '1h' };
  router.use('/docs/assets', express.static(dirname(resolve('swagger-ui-dist/package.json')), assets));
  router.use('/redoc/assets', express.static(dirname(redoc), assets));
  addProblemPages(router, POLICY);
  return router;
}
