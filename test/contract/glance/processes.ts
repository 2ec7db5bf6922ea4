import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A server that `up` started. */
export type ServerName = 'glance' | 'keystone' | 'rabbit';

/**
 * Suspends a server's processes until disposal: connections stay open, but no request is answered.
 *
 * @param state the folder that the server was started for.
 * @throws Error if there is no such server.
 */
export function freeze(state: string, name: ServerName): Disposable {
  const pids = processesOf(state, name);
  if (pids.length === 0) throw new Error(`no ${name} was started for ${state}`);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  return {
    [Symbol.dispose]() {
      for (const pid of pids) process.kill(pid, 'SIGCONT');
    },
  };
}

/**
 * Ends a server's processes. Disposal restarts the server with the same command; it takes a while to become ready.
 *
 * @param state the folder that the server was started for.
 * @throws Error if there is no such server, or if it does not end.
 */
export async function stop(state: string, name: ServerName): Promise<Disposable> {
  const pids = processesOf(state, name);
  // The first of them started the others. It need not have the lowest number, because numbers are reused.
  const first = pids.find((pid) => !pids.includes(parentOf(pid)));
  if (first === undefined) throw new Error(`no ${name} was started for ${state}`);
  const [command = '', ...args] = readFileSync(`/proc/${first}/cmdline`, 'utf8').split('\0').slice(0, -1);
  const env = Object.fromEntries(readEnvironment(String(first)).map((entry) => entry.split(/=(.*)/s, 2)));
  for (const pid of pids) process.kill(pid, 'SIGTERM');
  for (let tries = 0; processesOf(state, name).length > 0; tries++) {
    if (tries === 200) throw new Error(`${name} does not end`);
    await sleep(100);
  }
  return { [Symbol.dispose]: () => spawn(command, args, { env, detached: true, stdio: 'ignore' }).unref() };
}

/** The processes whose environment, set by `up`, contains this name and folder. */
function processesOf(state: string, name: ServerName): number[] {
  const mark = `CONTRACT_GLANCE=${name} ${state}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && readEnvironment(entry).includes(mark))
    .map(Number);
}

/** Source: proc_pid_stat(5). */
function parentOf(pid: number): number {
  return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1]);
}

/** Empty if the process has ended or belongs to another user. */
function readEnvironment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
