#!/usr/bin/env node
// Starts the gateway: the sources in a clone, the compiled program where the package is installed. Every Node since 14
// can read this file, and says in one line that it is too old.
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const sources = join(__dirname, '../src/main.ts');
const entry = existsSync(sources) ? sources : join(__dirname, '../dist/main.js');
const { engines } = require('../package.json');
const oldest = engines.node.replace(/[^\d.]/g, '');

function isTooOld(version) {
  const parts = version.split('.').map(Number);
  const [major, minor] = oldest.split('.').map(Number);
  return parts[0] < major || (parts[0] === major && parts[1] < minor);
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(`The gateway needs Node ${oldest} or newer; this is ${process.version}.\n`);
  process.exit(1);
} else {
  import(pathToFileURL(entry).href);
}
