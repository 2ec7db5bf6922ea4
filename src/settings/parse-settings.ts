import type { Environment, Launch } from './environment.ts';
import { readFile } from './files.ts';
import { rules } from './rules.ts';
import { type Basis, InvalidValue, type Setting } from './setting.ts';
import { type Settings, settingTable } from './settings.ts';

export type { Environment, Launch };

/** Thrown for invalid settings: has one line for each mistake, which names the variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

/**
 * Reads all settings from the environment. An empty variable counts as not set. `PRODUCTION` defaults to true for the
 * installed command, and for a clone with `NODE_ENV=production`. A secret can be read from a file, whose path is in the
 * variable of the same name with `_FILE` appended.
 *
 * @throws SettingsError that names every mistake.
 */
export function parseSettings(environment: Environment, launch: Launch = 'clone'): Settings {
  const mistakes: string[] = [];
  const wrong = new Set<string>();

  function read<T>(setting: Setting<T>, basis: Basis): T {
    const { name, readText } = find(setting, environment);
    try {
      const text = readText();
      const value = text === '' ? setting.getDefault(basis) : setting.parse(text);
      if (value !== undefined) return value;
      const shown = setting.isSecret ? `of ${text.length} characters` : toShown(text);
      throw new InvalidValue(`must be ${setting.takes}; it is ${shown}`);
    } catch (error) {
      if (!(error instanceof InvalidValue)) throw error;
      mistakes.push(`${name} ${error.message}.`);
      wrong.add(setting.name);
      return setting.getDefault(basis);
    }
  }

  const inProduction = launch === 'installed' || (launch === 'clone' && environment['NODE_ENV'] === 'production');
  const byDefault: Basis = { production: inProduction, imagesApiUrl: null };
  const basis = {
    production: read(settingTable.production, byDefault),
    imagesApiUrl: read(settingTable.imagesApiUrl, byDefault),
  };
  const others = Object.entries(settingTable)
    .filter(([key]) => !(key in basis))
    .map(([key, setting]) => [key, read<unknown>(setting, basis)]);
  const settings: Settings = { ...basis, ...Object.fromEntries(others) };
  // A setting with an invalid value has been reported already.
  const broken = rules.map((rule) => rule(settings, byDefault, launch)).filter((line) => line !== null);
  mistakes.push(...broken.filter((line) => !wrong.has(line.split(' ', 1)[0] ?? '')));
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return Object.freeze(settings);
}

/** The variable that holds a setting, or names the file that does. */
interface Found {
  readonly name: string;
  /** Reads the value; empty if it is not set. @throws InvalidValue. */
  readonly readText: () => string;
}

function find({ name, isSecret }: Setting<unknown>, environment: Environment): Found {
  const text = environment[name]?.trim() ?? '';
  const fileName = `${name}_FILE`;
  const path = isSecret ? environment[fileName]?.trim() : undefined;
  if (!path) return { name, readText: () => text };
  return {
    name: fileName,
    readText() {
      if (text !== '') throw new InvalidValue(`must not be set together with ${name}`);
      return readFile(path).trim();
    },
  };
}

/** Formats an invalid value for a message: on one line, and without the password of a URL. */
function toShown(value: string): string {
  return JSON.stringify(value.replace(/\/\/.*@/, '//…@'));
}
