import { parseArgs } from 'node:util';

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'serve' }
  | { readonly kind: 'demo' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'check-config'; readonly demo: boolean }
  | { readonly kind: 'print-schema'; readonly form: 'client' | 'subgraph' };

/** A command line that cannot be followed; its message is one line. */
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

/** Parses the arguments behind the program's name. @throws UsageError. */
export function parseArguments(args: readonly string[]): Command {
  const { values, positionals } = parse(args);
  const asked = Object.keys(values);
  if (asked.length > 1) throw new UsageError(`--${asked[0]} and --${asked[1]} exclude each other.`);
  if (values.help) return { kind: 'help' };
  if (values.version) return { kind: 'version' };
  const [word, ...others] = positionals;
  const unknown = word === undefined || word === 'demo' ? others[0] : word;
  if (unknown !== undefined) throw new UsageError(`"${unknown}" is not a command: the only one is demo.`);
  const demo = word === 'demo';
  if (values['check-config']) return { kind: 'check-config', demo };
  const form = values['print-schema'];
  if (form === undefined) return { kind: demo ? 'demo' : 'serve' };
  if (form === 'client' || form === 'subgraph') return { kind: 'print-schema', form };
  throw new UsageError(`--print-schema takes client or subgraph, not "${form}".`);
}

function parse(args: readonly string[]) {
  try {
    // The parser has no options whose value may be left out.
    const given = args.map((arg) => (arg === '--print-schema' ? '--print-schema=client' : arg));
    return parseArgs({ args: given, options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = error instanceof Error ? error.message.split('. ') : [];
    throw new UsageError(`${sentence.replace(/\.$/, '')}.`);
  }
}
