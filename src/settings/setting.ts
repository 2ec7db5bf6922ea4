/** The settings on which other settings' defaults depend. */
export interface Basis {
  readonly production: boolean;
  readonly imagesApiUrl: URL | null;
}

/**
 * Thrown by a parser that knows more about an invalid value than that it is invalid. The message is the rest of a sentence
 * that starts with the name of the setting, on one line and without a secret.
 */
export class InvalidValue extends Error {
  override readonly name = 'InvalidValue';
}

/** The complete declaration of one setting. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  readonly meaning: string;
  /** The accepted values, in words: kind, unit, bounds. */
  readonly takes: string;
  /** The default, in words or figures. */
  readonly defaultText: string;
  /** The default value. */
  readonly getDefault: (basis: Basis) => T;
  /** @returns undefined for an invalid value. @throws InvalidValue for one with a particular mistake. */
  readonly parse: (text: string) => T | undefined;
  /** Whether no message may show the value. A file may hold it: the variable with `_FILE` appended names the file. */
  readonly isSecret: boolean;
}

/** A setting that is a whole number. */
export interface NumberSetting extends Setting<number> {
  readonly unit: Unit;
  readonly from: number;
  readonly to: number;
}

/** The unit of a number; empty for a plain count. */
export type Unit = 'milliseconds' | 'bytes' | 'characters' | 'per second' | '%' | '';

interface Described {
  readonly name: string;
  readonly meaning: string;
}

interface DescribedNumber extends Described {
  readonly unit?: Unit;
  readonly from: number;
  readonly to: number;
  readonly default: number;
}

/** Declares a setting that is a whole number within bounds. */
export function wholeNumber({ unit = '', from, to, default: byDefault, ...rest }: DescribedNumber): NumberSetting {
  return {
    ...rest,
    unit,
    from,
    to,
    takes: `${unit === '' ? '' : `${unit}, `}${from} to ${to}`,
    defaultText: String(byDefault),
    getDefault: () => byDefault,
    parse: (text) => parseWholeNumber(text, from, to),
    isSecret: false,
  };
}

/** Declares a port that may be absent; `defaultText` says what that means. */
export function optionalPort(setting: Described & { readonly defaultText: string }): Setting<number | null> {
  return optional({ ...setting, takes: '0 to 65535', parse: (text) => parseWholeNumber(text, 0, 65_535) });
}

function parseWholeNumber(text: string, from: number, to: number): number | undefined {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  return value >= from && value <= to ? value : undefined;
}

interface DescribedFlag extends Described {
  /** A function if it depends on other settings; `defaultText` then says how. */
  readonly default: boolean | ((basis: Basis) => boolean);
  readonly defaultText?: string;
}

/** Declares a setting that is true or false. */
export function flag({ default: byDefault, defaultText, ...rest }: DescribedFlag): Setting<boolean> {
  return {
    ...rest,
    takes: 'true or false',
    defaultText: defaultText ?? String(byDefault),
    getDefault: typeof byDefault === 'function' ? byDefault : () => byDefault,
    parse: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    isSecret: false,
  };
}

interface DescribedText<T> extends Described {
  readonly takes: string;
  readonly parse: (text: string) => T | undefined;
  readonly isSecret?: boolean;
}

/** Declares a setting whose default is written as in the environment variable. */
export function text<T>(setting: DescribedText<T> & { readonly default: string }): Setting<T> {
  const { default: byDefault, parse, isSecret = false, ...rest } = setting;
  const value = parse(byDefault);
  if (value === undefined) throw new Error(`${rest.name} has an invalid default.`);
  return { ...rest, parse, isSecret, defaultText: byDefault, getDefault: () => value };
}

/** Declares a setting that may be absent; `defaultText` says what that means. */
export function optional<T>(setting: DescribedText<T> & { readonly defaultText: string }): Setting<T | null> {
  return { isSecret: false, ...setting, getDefault: () => null };
}

/** Declares a setting that is one of these words. */
export function choice<const Word extends string>(
  setting: Described & { readonly words: readonly Word[]; readonly default: Word },
): Setting<Word> {
  const { words, ...rest } = setting;
  const takes = `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
  return text({ ...rest, takes, parse: (value) => words.find((word) => word === value) });
}
