import type { Limits, numberSettings } from '../../number-settings.ts';

/** A limit that an operation is over. */
export interface Refusal {
  readonly limit: keyof typeof numberSettings;
  readonly allowed: number;
  /** How much there is; counting stops soon after the limit, so it may be more. */
  readonly found: number;
}

/** Says so where something is over its limit; null where it is not. */
export function refuseOver(limits: Limits, limit: Refusal['limit'], found: number): Refusal | null {
  return found > limits[limit] ? { limit, allowed: limits[limit], found } : null;
}
