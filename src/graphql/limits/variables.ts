import type { Limits } from '../../number-settings.ts';
import type { Refusal } from './refusal.ts';

/** What is over a limit in the variables: counts values, however they are nested, and no further than to the limit. */
export function checkVariables(variables: unknown, limits: Limits): Refusal | null {
  if (typeof variables !== 'object' || variables === null) return null;
  const open: unknown[] = [variables];
  let found = 0;
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const item of Object.values(value as object)) {
      if (++found > limits.maxVariableValues) {
        return { limit: 'maxVariableValues', allowed: limits.maxVariableValues, found };
      }
      if (typeof item === 'object' && item !== null) open.push(item);
    }
  }
  return null;
}
