import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

// What the gateway uses of undici. Its index also loads `fetch`, WebSocket, caches and mocks, which takes a seventh of
// the start. Versions other than patches may move these files, so package.json does not accept them.

/** undici's client for one connection. */
export const Client: typeof import('undici').Client = require('undici/lib/dispatcher/client.js');

/** Opens a connection, and calls back with its socket. */
export type Connector = import('undici').buildConnector.connector;

/** Makes a connector. */
export const buildConnector: typeof import('undici').buildConnector = require('undici/lib/core/connect.js');
