import { distance } from 'fastest-levenshtein';
import type { Environment } from './environment.ts';
import { settingTable } from './settings.ts';

/** Every name that is read, secrets in files included. */
const names = Object.values(settingTable).flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));

/** Beginnings that only our names have: anything else that starts so was meant for the gateway. */
const beginnings = ['BULK_', 'IDENTITY_API_', 'MAX_', 'RATE_LIMIT_', 'ROUTER_SECRET', 'TRUSTED_DOCUMENTS', 'UPSTREAM_'];

/** What only looks like ours: the address of the embedded Images API when it is served alone. */
const others = ['IMAGES_API_HOST', 'IMAGES_API_PORT'];

/**
 * Finds the variables that look like settings and are none: those that start like one, and those that are spelt nearly
 * like one.
 *
 * @returns a line for each, with the setting whose name is nearest.
 */
export function findUnknownNames(environment: Environment): readonly string[] {
  return Object.keys(environment)
    .filter((name) => !names.includes(name) && !others.includes(name))
    .flatMap((name) => {
      const nearest = toNearest(name);
      // A mistake for every four characters: short names are often others'.
      const isNear = nearest.distance <= Math.max(1, Math.floor(name.length / 4));
      const looksLikeOurs = isNear || beginnings.some((beginning) => name.startsWith(beginning));
      return looksLikeOurs ? [`${name} is not a setting, and is ignored. Did you mean ${nearest.name}?`] : [];
    });
}

/** The nearest of the names with the same first word, or of all where there are none. */
function toNearest(name: string): { readonly name: string; readonly distance: number } {
  const [firstWord = ''] = name.split('_', 1);
  const related = names.filter((known) => known.startsWith(`${firstWord}_`));
  const found = (related.length > 0 ? related : names).map((known) => ({
    name: known,
    distance: distance(name.toUpperCase(), known),
  }));
  return found.reduce((best, candidate) => (candidate.distance < best.distance ? candidate : best));
}
