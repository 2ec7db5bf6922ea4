import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';

/** A server that `up` started. */
export type ServerName = 'glance' | 'keystone' | 'rabbit';

/**
 * Stops a server's processes where they are, until this is disposed of: connections stay open, and nothing is answered.
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

/** The processes that carry this name and folder in the environment which `up` gave them. */
function processesOf(state: string, name: ServerName): number[] {
  const mark = `CONTRACT_GLANCE=${name} ${state}`;
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && readEnvironment(entry).includes(mark))
    .map(Number);
}

/** Nothing, where the process has ended meanwhile or is somebody else's. */
function readEnvironment(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
