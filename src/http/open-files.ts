import { readFileSync } from 'node:fs';

/** Files that the process needs beside connections of callers and to upstream: its own, and the reserve of connections. */
const otherFiles = 192;

/**
 * How many connections callers may hold open: as many as are set, unless the process may not open that many files. Where
 * there are none left, nobody could ask even for health. A process with very few files keeps half of them for callers.
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

/** How many files the process may open; any number where the system does not tell. Source: proc_pid_limits(5). */
function readFilesLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
