import { GatewayError } from '../../errors.ts';
import { type Limits, settingTable } from '../../settings/settings.ts';

/** A limit that an operation is over. */
export interface Refusal {
  readonly limit: keyof Limits;
  readonly allowed: number;
  /** How much there is; counting stops soon after the limit, so it may be more. */
  readonly found: number;
}

/** The refusal where something is over its limit, else null. */
export function refuseOver(limits: Limits, limit: Refusal['limit'], found: number): Refusal | null {
  return found > limits[limit] ? { limit, allowed: limits[limit], found } : null;
}

/** The error that a client sees: it names the setting, what it allows and what was found. */
export function toLimitError({ limit, allowed, found }: Refusal, why = ''): GatewayError {
  const { name, unit } = settingTable[limit];
  const message = `The operation is over ${name}: ${found} or more where ${allowed} ${unit} are allowed.${why}`;
  return new GatewayError('LIMIT_EXCEEDED', message.replace('  ', ' '), { limit: { name, allowed, found } });
}
