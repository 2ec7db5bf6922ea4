/**
 * What the gateway uses of `node:http`. An `import` would read all exports of that module, and its `WebSocket` makes Node load
 * a second undici, which takes a tenth of the start.
 */
export const { createServer, STATUS_CODES } = process.getBuiltinModule('node:http');
