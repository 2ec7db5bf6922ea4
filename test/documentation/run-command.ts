import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { root } from './blocks.ts';

/** A server that a command started. */
export interface Served extends AsyncDisposable {
  readonly url: string;
}

/** `npm ci` runs as a dry run, because it must not remove the packages of these tests. */
const environment = { ...process.env, PORT: '0', LOG_LEVEL: 'silent', npm_config_dry_run: 'true' };

/** Runs a command to its end. @returns its standard output. @throws if it fails. */
export async function runCommand(command: string): Promise<string> {
  const child = spawn('bash', ['-c', command], { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const [output, errors, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${errors}${output}`);
  return output;
}

/** Starts a command that serves until it is stopped. @throws if it ends before it prints an address. */
export async function serve(command: string): Promise<Served> {
  const child = spawn('bash', ['-c', command], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface(child.stdout)) {
    const url = /(http:\/\/[\w.]+:\d+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      async [Symbol.asyncDispose]() {
        // The command is a group of processes: npm, a shell, and what they run.
        if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
        await ended;
      },
    };
  }
  throw new Error(`${command} ended without serving`);
}
