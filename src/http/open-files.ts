import { readFileSync } from 'node:fs';

/** File descriptors needed besides those of connections: the process's own, and the reserve of connections. */
const otherFiles = 192;

/**
 * The maximum number of connections: the configured one, or fewer if the limit on open files is too low. Without a free
 * file descriptor, even health checks would fail. A process with a very low limit keeps half of it for connections.
 */
export function toMaxConnections(
  wanted: number,
  upstreamConnections: number,
  onLowered: (maxConnections: number) => void = () => {},
  files = readFilesLimit(),
): number {
  const possible = Math.max(Math.floor(files / 2), files - otherFiles - upstreamConnections);
  if (possible < wanted) onLowered(possible);
  return Math.min(wanted, possible);
}

/** The limit on open files of the process; infinite if the system does not report it. Source: proc_pid_limits(5). */
function readFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
