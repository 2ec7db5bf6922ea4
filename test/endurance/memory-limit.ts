import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';

const root = '/sys/fs/cgroup';
const isV2 = existsSync(`${root}/cgroup.controllers`);
const names = isV2
  ? { parent: root, limit: 'memory.max', peak: 'memory.peak' }
  : { parent: `${root}/memory`, limit: 'memory.limit_in_bytes', peak: 'memory.max_usage_in_bytes' };

/** A cgroup that limits the memory of one process, as a container does. Needs root. */
export class MemoryLimit {
  readonly #folder: string;

  constructor(bytes: number) {
    this.#folder = `${names.parent}/image-gateway-${process.pid}-${bytes}`;
    mkdirSync(this.#folder);
    writeFileSync(`${this.#folder}/${names.limit}`, String(bytes));
  }

  /** Runs Node within the limit, its standard output in a pipe. */
  spawn(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
    const script = `echo $$ > ${this.#folder}/cgroup.procs && exec "$@"`;
    return spawn('sh', ['-c', script, 'sh', process.execPath, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** The peak memory use so far, in bytes. */
  get peak(): number {
    return Number(readFileSync(`${this.#folder}/${names.peak}`, 'utf8'));
  }

  /** Removes it; its process must have ended. */
  remove(): void {
    rmdirSync(this.#folder);
  }
}
