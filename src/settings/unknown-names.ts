import { distance } from 'fastest-levenshtein';
import type { Environment } from './environment.ts';
import { settingTable } from './settings.ts';

/** The names of all settings, including the `_FILE` variants of secrets. */
const names = Object.values(settingTable).flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));

/** Prefixes that only the gateway uses: a variable with one of them is meant for it. */
const prefixes = ['BULK_', 'IDENTITY_API_', 'MAX_', 'RATE_LIMIT_', 'ROUTER_SECRET', 'TRUSTED_DOCUMENTS', 'UPSTREAM_'];

/** Variables that look like settings but belong to the stand-alone Images API. */
const foreignNames = ['IMAGES_API_HOST', 'IMAGES_API_PORT'];

/**
 * Finds variables that are probably misspelled settings: those with a prefix of ours, and those whose name is close to
 * a setting's.
 *
 * @returns a line for each, suggesting the setting with the closest name.
 */
export function findUnknownNames(environment: Environment): readonly string[] {
  return Object.keys(environment)
    .filter((name) => !names.includes(name) && !foreignNames.includes(name))
    .flatMap((name) => {
      const nearest = toNearest(name);
      // One typo per four characters, because short names often belong to other programs.
      const isNear = nearest.distance <= Math.max(1, Math.floor(name.length / 4));
      const looksLikeOurs = isNear || prefixes.some((prefix) => name.startsWith(prefix));
      return looksLikeOurs ? [`${name} is not a setting, and is ignored. Did you mean ${nearest.name}?`] : [];
    });
}

/** The closest of the names with the same first word, or of all names if there are none. */
function toNearest(name: string): { readonly name: string; readonly distance: number } {
  const [firstWord = ''] = name.split('_', 1);
  const related = names.filter((known) => known.startsWith(`${firstWord}_`));
  const found = (related.length > 0 ? related : names).map((known) => ({
    name: known,
    distance: distance(name.toUpperCase(), known),
  }));
  return found.reduce((best, candidate) => (candidate.distance < best.distance ? candidate : best));
}
