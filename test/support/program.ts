import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../../src/settings/parse-settings.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** For the environment of a program: it loads its modules compiled, in half the time. */
export const compileCache: Environment = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };

/** The gateway in a separate process. */
export interface Program extends AsyncDisposable {
  readonly child: ChildProcess;
  /** The address where it listens. Rejects if the process ends first. */
  readonly url: Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** Its standard error output so far. */
  errors(): string;
}

/** Starts it with only this environment; `limits` are run before it in the shell, such as `ulimit -n 64`. */
export function startProgram(environment: Environment, limits = ''): Program {
  const env = { ...compileCache, PORT: '0', PATH: process.env['PATH'], ...environment };
  const node = `exec "${process.execPath}" --no-warnings "${main}"`;
  const child = spawn('sh', ['-c', limits === '' ? node : `${limits}; ${node}`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let errors = '';
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  const url = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /listens at (\S+)\/graphql/.exec(output)?.[1];
      if (found) resolve(found);
    });
    ended.then(() => reject(new Error(`the gateway ended: ${errors}`)), reject);
  });
  url.catch(() => {});
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return {
    child,
    url,
    ended,
    errors: () => errors,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}
