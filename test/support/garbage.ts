import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');

/** Runs the garbage collector; by default on all generations. */
export const collectGarbage = runInNewContext('gc') as (options?: { readonly type: 'minor' | 'major' }) => void;

/** Memory in use in the old generation, in megabytes. */
export function oldMegabytes(): number {
  return (getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? 0) / 1e6;
}
