import { expect, it } from 'vitest';
import { parseArguments, UsageError } from '../../src/command-line/arguments.ts';

it.each([
  [[], { kind: 'serve' }],
  [['demo'], { kind: 'demo' }],
  [['--help'], { kind: 'help' }],
  [['demo', '-h'], { kind: 'help' }],
  [['--version'], { kind: 'version' }],
  [['-v'], { kind: 'version' }],
  [['--check-config'], { kind: 'check-config', demo: false }],
  [['demo', '--check-config'], { kind: 'check-config', demo: true }],
  [['--print-schema'], { kind: 'print-schema', form: 'client' }],
  [['--print-schema=client'], { kind: 'print-schema', form: 'client' }],
  [['--print-schema=subgraph'], { kind: 'print-schema', form: 'subgraph' }],
])('%j is parsed', (args, command) => {
  expect(parseArguments(args)).toEqual(command);
});

it.each([
  [['--port=4000'], '--port'],
  [['serve'], '"serve"'],
  [['demo', 'demo'], '"demo"'],
  [['--print-schema', 'subgraph'], '"subgraph"'],
  [['--print-schema=all'], '"all"'],
  [['--print-schema='], '""'],
  [['--help=yes'], '--help'],
  [['--version', '--check-config'], '--check-config'],
])('%j is refused in one line that names what is wrong', (args, named) => {
  const refused = (): unknown => parseArguments(args);
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow(expect.objectContaining({ message: expect.stringMatching(/^[^\n]+ See [^\n]+ --help\.$/) }));
  expect(refused).toThrow(named);
});
