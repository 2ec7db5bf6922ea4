import { parseArgs } from 'node:util';

/** A parsed command line. */
export type Command =
  | { readonly kind: 'serve' }
  | { readonly kind: 'demo' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'check-config'; readonly demo: boolean }
  | { readonly kind: 'print-schema'; readonly form: 'client' | 'subgraph' };

/** Thrown for an invalid command line; its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(reason: string) {
    super(`${reason} See image-sharing-gateway --help.`);
  }
}

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  'check-config': { type: 'boolean' },
  'print-schema': { type: 'string' },
} as const;

/** Parses the arguments, without the program's name. @throws UsageError. */
export function parseArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const given = Object.keys(values);
  if (given.length > 1) throw new UsageError(`--${given[0]} and --${given[1]} cannot be combined.`);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [word, ...others] = positionals;
  const unknown = word === undefined || word === 'demo' ? others[0] : word;
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is not a command; the only command is demo.`);
  const demo = word === 'demo';
  if (values['check-config']) return { kind: 'check-config', demo };
  const form = values['print-schema'];
  if (form === undefined) return { kind: demo ? 'demo' : 'serve' };
  if (form === 'client' || form === 'subgraph') return { kind: 'print-schema', form };
  throw new UsageError(`--print-schema takes client or subgraph, not "${form}".`);
}

function parse(args: readonly string[]) {
  try {
    // `parseArgs` does not support optional values.
    const given = args.map((arg) => (arg === '--print-schema' ? '--print-schema=client' : arg));
    return parseArgs({ args: given, options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(`${sentence.replace(/\.$/, '')}.`);
  }
}
