import { IncomingMessage, ServerResponse, createServer } from 'node:http';
import express, { type ErrorRequestHandler, type Express } from 'express';

/** Express configured like the service: no ETag, since no request is repeated. */
export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(express.json({ limit: '64kb' }));
  return app;
}

/**
 * The service's optimisation, optionally: requests and responses are created with Express's prototypes and room for
 * properties.
 */
function madeAs(app: Express): object {
  function Request(this: IncomingMessage, ...given: ConstructorParameters<typeof IncomingMessage>): void {
    Reflect.apply(IncomingMessage, this, given);
  }
  function Response(this: ServerResponse, ...given: ConstructorParameters<typeof ServerResponse>): void {
    Reflect.apply(ServerResponse, this, given);
  }
  Object.setPrototypeOf(Request, IncomingMessage);
  Object.setPrototypeOf(Response, ServerResponse);
  Request.prototype = app.request;
  Response.prototype = app.response;
  return { IncomingMessage: Request, ServerResponse: Response };
}

/** Serves the app on PORT, notifies the parent, and stops after SIGTERM or when the parent is gone. */
export function serve(app: Express, close: () => Promise<unknown> = () => Promise.resolve()): void {
  const answerError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    process.stderr.write(`${String(error)}\n`);
    response.status(500).json({ error: 'internal_error' });
  };
  app.use(answerError);
  const server = createServer(process.env['MADE_WITH_PROTOTYPES'] === 'true' ? madeAs(app) : {}, app);
  server.keepAliveTimeout = 65_000;
  server.listen(Number(process.env['PORT']), '127.0.0.1', () => process.send?.('ready'));
  stopWhenAsked(async () => {
    server.close();
    server.closeAllConnections();
    await close();
  });
}

export function stopWhenAsked(stop: () => Promise<unknown>): void {
  const end = (): void => {
    void stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('disconnect', end);
}
