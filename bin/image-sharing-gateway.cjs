#!/usr/bin/env node
// Starts the gateway: the sources in a clone, the compiled program where the package is installed. Every Node since 14
// can read this file, and says in one line that it is too old.
const { existsSync } = require('node:fs');
const nodeModule = require('node:module');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const sources = join(__dirname, '../src/main.ts');
const isInstalled = !existsSync(sources);
const entry = isInstalled ? join(__dirname, '../dist/main.cjs') : sources;
const { engines } = require('../package.json');
const oldest = engines.node.replace(/[^\d.]/g, '');

function isTooOld(version) {
  const parts = version.split('.').map(Number);
  const [major, minor] = oldest.split('.').map(Number);
  return parts[0] < major || (parts[0] === major && parts[1] < minor);
}

// Compiling the modules takes a tenth to a fifth of the start. The cache is in a folder of the user: anyone who can write to
// it can run code as the user. `NODE_COMPILE_CACHE` names another folder, and `NODE_DISABLE_COMPILE_CACHE=1` turns the cache
// off. It is written when the process ends: writing it would hold up requests. Nothing happens if the folder cannot be
// written. Source: Node.js, module.enableCompileCache().
function enableCompileCache() {
  const { XDG_CACHE_HOME, HOME } = process.env;
  const caches = XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  if (caches) nodeModule.enableCompileCache(join(caches, 'image-sharing-gateway'));
}

if (isTooOld(process.versions.node)) {
  process.stderr.write(`The gateway needs Node ${oldest} or newer; this is ${process.version}.\n`);
  process.exit(1);
} else {
  // In any other mode, graphql-js checks the class of every value it meets at length.
  if (isInstalled) process.env.NODE_ENV = process.env.NODE_ENV || 'production';
  enableCompileCache();
  import(pathToFileURL(entry).href);
}
