import type { Writable } from 'node:stream';
import { version } from '../package.ts';
import { type Environment, type Launch, parseSettings, SettingsError } from '../settings/parse-settings.ts';
import { findUnknownNames } from '../settings/unknown-names.ts';
import { type Command, parseArguments, UsageError } from './arguments.ts';

/** What a command needs from its process. */
export interface CommandSurroundings {
  /** The arguments, without the program's name. */
  readonly args: readonly string[];
  readonly environment: Environment;
  /** Whether this is the installed package, which runs compiled code. */
  readonly installed: boolean;
  readonly output: Writable;
  readonly errors: Writable;
}

/** What the process must do next: start the gateway, or end with this exit code. */
export type Outcome = { readonly launch: Launch } | { readonly exitCode: 0 | 1 | 2 };

/**
 * Executes every command except those that start the gateway. Exit codes: 0 for success, 1 for invalid settings, 2 for
 * an invalid command line. Loads only the modules that the command needs.
 */
export async function runCommand(surroundings: CommandSurroundings): Promise<Outcome> {
  const { args, installed, errors } = surroundings;
  const launch = installed ? 'installed' : 'clone';
  try {
    const command = parseArguments(args);
    if (command.kind === 'serve') return { launch };
    if (command.kind === 'demo') return { launch: 'demo' };
    if (command.kind === 'check-config') return checkConfig(surroundings, command.demo ? 'demo' : launch);
    surroundings.output.write(await print(command));
    return { exitCode: 0 };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    errors.write(`${error.message}\n`);
    return { exitCode: 2 };
  }
}

async function print(command: Extract<Command, { kind: 'help' | 'version' | 'print-schema' }>): Promise<string> {
  if (command.kind === 'version') return `${version}\n`;
  if (command.kind === 'help') {
    const { createHelp } = await import('./help.ts');
    return createHelp();
  }
  const { printClientSchema, printSubgraphSchema } = await import('../graphql/schema.ts');
  return command.form === 'client' ? printClientSchema() : printSubgraphSchema();
}

function checkConfig({ environment, errors }: CommandSurroundings, launch: Launch): Outcome {
  for (const line of findUnknownNames(environment)) errors.write(`Warning: ${line}\n`);
  try {
    parseSettings(environment, launch);
    return { exitCode: 0 };
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    errors.write(`${error.mistakes.join('\n')}\n`);
    return { exitCode: 1 };
  }
}
