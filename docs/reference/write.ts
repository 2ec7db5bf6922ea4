import { writeFileSync } from 'node:fs';
import { errorKinds } from '../../src/errors.ts';
import { settingTable } from '../../src/settings/settings.ts';

function toTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}

const settings = `# Settings

All settings are environment variables. An empty variable counts as not set. A wrong value stops the start with one line
that names it.

${toTable(
  ['variable', 'default', 'takes', 'meaning'],
  Object.values(settingTable).map(({ name, defaultText, takes, meaning }) => [
    `\`${name}\``,
    defaultText,
    takes,
    meaning,
  ]),
)}`;

const errors = `# Error codes

What a person can cause and mend about a mutation is data, in \`userErrors\`. Everything else is a GraphQL error with one
of these codes in \`extensions.code\`, and with the request id of the gateway's log in \`extensions.requestId\`. An
operation that was executed is answered with HTTP status 200; a request that is refused, with the status below.
[How to handle errors](../guides/errors.md) has examples.

${toTable(
  ['code', 'meaning', 'status', 'at fault', 'retry'],
  Object.entries(errorKinds).map(([code, { meaning, status, fault, retryable }]) => [
    `\`${code}\``,
    meaning,
    String(status),
    fault,
    retryable ? 'may help' : 'does not help',
  ]),
)}`;

/** The reference pages that are made from the code, by file name. */
export const referencePages: Readonly<Record<string, string>> = { 'settings.md': settings, 'errors.md': errors };

if (import.meta.main) {
  for (const [name, text] of Object.entries(referencePages)) writeFileSync(new URL(name, import.meta.url), text);
}
