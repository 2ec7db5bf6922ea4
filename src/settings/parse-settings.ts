import type { Environment, Launch } from './environment.ts';
import { rules } from './rules.ts';
import type { Basis, Setting } from './setting.ts';
import { type Settings, settingTable } from './settings.ts';
import { readText } from './value-parsers.ts';

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
    const { name, text, mistake } = find(setting, environment);
    const value = text === '' ? setting.getDefault(basis) : setting.parse(text);
    if (value !== undefined && mistake === null) return value;
    const shown = setting.isSecret ? `of ${text.length} characters` : toShown(text);
    mistakes.push(`${name} ${mistake ?? `must be ${setting.takes}; it is ${shown}`}.`);
    wrong.add(setting.name);
    return setting.getDefault(basis);
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

/** The value of a setting's variable, or of the file that the variable names. */
interface Found {
  readonly name: string;
  /** Empty if the variable is not set. */
  readonly text: string;
  /** Why the variable is invalid, regardless of its value; null if it is not. */
  readonly mistake: string | null;
}

function find({ name, isSecret }: Setting<unknown>, environment: Environment): Found {
  const text = environment[name]?.trim() ?? '';
  const fileName = `${name}_FILE`;
  const path = isSecret ? environment[fileName]?.trim() : undefined;
  if (!path) return { name, text, mistake: null };
  if (text !== '') return { name: fileName, text, mistake: `must not be set together with ${name}` };
  const content = readText(path)?.trim();
  const mistake = content ? null : 'must be the path of a readable file that is not empty';
  return { name: fileName, text: content ?? '', mistake };
}

/** Formats an invalid value for a message: on one line, and without the password of a URL. */
function toShown(value: string): string {
  return JSON.stringify(value.replace(/\/\/.*@/, '//…@'));
}
