import type { Basis, Setting } from './setting.ts';
import { type Settings, settingTable } from './settings.ts';

/** The environment that settings are read from. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/** Invalid settings: one line for each mistake, naming the variable. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

/** Constraints between settings; each returns what is wrong, or null. */
const rules: readonly ((settings: Settings) => string | null)[] = [
  ({ production, imagesApiUrl }) =>
    production && imagesApiUrl === null ? 'IMAGES_API_URL must be set when PRODUCTION is true.' : null,
  ({ trustedDocuments, trustedDocumentsManifest }) =>
    trustedDocuments !== 'off' && trustedDocumentsManifest === null
      ? 'TRUSTED_DOCUMENTS_FILE must be set when TRUSTED_DOCUMENTS is not off.'
      : null,
];

/**
 * Reads all settings from the environment. An empty variable counts as not set.
 *
 * @throws SettingsError that names every mistake.
 */
export function parseSettings(environment: Environment): Settings {
  const mistakes: string[] = [];
  const wrong = new Set<string>();

  function read<T>(setting: Setting<T>, basis: Basis): T {
    const given = environment[setting.name]?.trim();
    if (!given) return setting.getDefault(basis);
    const value = setting.parse(given);
    if (value !== undefined) return value;
    const shown = setting.isSecret ? `of ${given.length} characters` : toShown(given);
    mistakes.push(`${setting.name} must be ${setting.takes}; it is ${shown}.`);
    wrong.add(setting.name);
    return setting.getDefault(basis);
  }

  const nothing: Basis = { production: false, imagesApiUrl: null };
  const basis = {
    production: read(settingTable.production, nothing),
    imagesApiUrl: read(settingTable.imagesApiUrl, nothing),
  };
  const others = Object.entries(settingTable)
    .filter(([key]) => !(key in basis))
    .map(([key, setting]) => [key, read<unknown>(setting, basis)]);
  const settings: Settings = { ...basis, ...Object.fromEntries(others) };
  // A setting with an invalid value has been reported already.
  const broken = rules.map((rule) => rule(settings)).filter((line) => line !== null);
  mistakes.push(...broken.filter((line) => !wrong.has(line.split(' ', 1)[0] ?? '')));
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return Object.freeze(settings);
}

/** Formats an invalid value for a message: on one line, and without the password of a URL. */
function toShown(value: string): string {
  return JSON.stringify(value.replace(/\/\/.*@/, '//…@'));
}
