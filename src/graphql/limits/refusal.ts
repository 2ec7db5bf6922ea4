import { GatewayError } from '../../errors.ts';
import { type Limits, settingTable } from '../../settings/settings.ts';

/** A limit that an operation exceeds. */
export interface Refusal {
  readonly limit: keyof Limits;
  readonly allowed: number;
  /** A lower bound of the amount: counting stops soon after the limit. */
  readonly found: number;
}

/** The refusal if the amount exceeds its limit, else null. */
export function refuseOver(limits: Limits, limit: Refusal['limit'], found: number): Refusal | null {
  return found > limits[limit] ? { limit, allowed: limits[limit], found } : null;
}

/** The error for the client, with the setting, its limit and the amount found. */
export function toLimitError({ limit, allowed, found }: Refusal, why = ''): GatewayError {
  const { name, unit } = settingTable[limit];
  const max = unit === '' ? allowed : `${allowed} ${unit}`;
  const message = `The operation exceeds ${name}: it has at least ${found}, but the limit is ${max}.${why}`;
  return new GatewayError('LIMIT_EXCEEDED', message, { limit: { name, allowed, found } });
}
