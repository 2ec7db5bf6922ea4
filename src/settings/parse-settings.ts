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

/**
 * How the gateway is started: from the sources in a clone, by the command that is installed, or by its word `demo`, which
 * asks for the embedded Images API.
 */
export type Launch = 'clone' | 'installed' | 'demo';

/** What settings must fulfil together: each says what is wrong, or null. */
const rules: readonly ((settings: Settings, byDefault: Basis, launch: Launch) => string | null)[] = [
  ({ production, imagesApiUrl }, byDefault) =>
    (production || byDefault.production) && imagesApiUrl === null
      ? 'IMAGES_API_URL must be set in production. The command `image-sharing-gateway demo` needs no Images API.'
      : null,
  ({ imagesApiUrl }, _byDefault, launch) =>
    launch === 'demo' && imagesApiUrl !== null
      ? 'IMAGES_API_URL must not be set for `demo`, which serves the embedded Images API.'
      : null,
  ({ trustedDocuments, trustedDocumentsManifest }) =>
    trustedDocuments !== 'off' && trustedDocumentsManifest === null
      ? 'TRUSTED_DOCUMENTS_FILE must be set where TRUSTED_DOCUMENTS is not off.'
      : null,
];

/**
 * Reads all settings from the environment. An empty variable counts as not set. An installed command is in production, and
 * so is a clone with `NODE_ENV=production`: only `demo` starts the embedded Images API there.
 *
 * @throws SettingsError that names every mistake.
 */
export function parseSettings(environment: Environment, launch: Launch = 'clone'): Settings {
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
  // A setting that is wrong already has its line.
  const broken = rules.map((rule) => rule(settings, byDefault, launch)).filter((line) => line !== null);
  mistakes.push(...broken.filter((line) => !wrong.has(line.split(' ', 1)[0] ?? '')));
  if (mistakes.length > 0) throw new SettingsError(mistakes);
  return Object.freeze(settings);
}

/** A wrong value as a message may show it: on one line, and without the password of a URL. */
function toShown(value: string): string {
  return JSON.stringify(value.replace(/\/\/.*@/, '//…@'));
}
