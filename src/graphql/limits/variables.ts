import type { Limits } from '../../settings/settings.ts';
import type { Refusal } from './refusal.ts';

/**
 * Maximum length of a string in a variable, in characters. No argument accepts a longer one, and graphql-js takes
 * milliseconds to describe an error in a string of a megabyte.
 */
const maxTextCharacters = 10_000;
/** Maximum number of fields of an object in a variable. No argument takes as many, and graphql-js prints all in an error. */
const maxObjectFields = 100;

/**
 * The refusal for variables that are too large, else null. Each value counts once per use of its variable, because each
 * use may process it again; an unused variable counts once. Counting stops at the limit.
 */
export function checkVariables(
  variables: Readonly<Record<string, unknown>>,
  uses: ReadonlyMap<string, number>,
  limits: Limits,
): Refusal | null {
  const { maxVariableValues, maxVariableCharacters } = limits;
  let values = 0;
  let characters = 0;
  for (const name of Object.keys(variables)) {
    const times = uses.get(name) ?? 1;
    const open: unknown[] = [variables[name]];
    while (open.length > 0) {
      const value = open.pop();
      values += times;
      if (values > maxVariableValues) return { limit: 'maxVariableValues', allowed: maxVariableValues, found: values };
      if (typeof value === 'string') {
        if (value.length > maxTextCharacters) {
          return { limit: 'maxVariableCharacters', allowed: maxTextCharacters, found: value.length };
        }
        characters += times * value.length;
      }
      if (Array.isArray(value)) for (const item of value) open.push(item);
      else if (typeof value === 'object' && value !== null) {
        const keys = Object.keys(value);
        if (keys.length > maxObjectFields) {
          return { limit: 'maxVariableValues', allowed: maxObjectFields, found: keys.length };
        }
        for (const key of keys) {
          characters += times * key.length;
          open.push((value as Readonly<Record<string, unknown>>)[key]);
        }
      }
      if (characters > maxVariableCharacters) {
        return { limit: 'maxVariableCharacters', allowed: maxVariableCharacters, found: characters };
      }
    }
  }
  return null;
}
