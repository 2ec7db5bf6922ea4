import type { Setting } from '../settings/setting.ts';
import { settingTable } from '../settings/settings.ts';

const usage = `Serves the OpenStack Images API, with its image sharing, as a GraphQL API and an Apollo Federation subgraph.

Usage: image-sharing-gateway [demo] [option]

  image-sharing-gateway          serves the Images API at IMAGES_API_URL, which is required; PRODUCTION defaults to true
  image-sharing-gateway demo     serves the embedded Images API, whose images are lost when the process ends

Options:
  --check-config                 reads the settings and the files that they name, prints each mistake on one line, and
                                 exits with 0 or 1
  --print-schema[=client]        prints the schema that clients see, as SDL
  --print-schema=subgraph        prints the schema that routers and schema registries read, as SDL
  -h, --help                     prints this text
  -v, --version                  prints the version

Signals: SIGTERM and SIGINT finish the requests in flight and end the process; a second one ends it immediately. SIGHUP
reads every file again that a setting names: secrets, certificates and trusted documents.

Settings are environment variables. An empty one counts as not set. To read a secret from a file, set NAME_FILE instead.
`;

/** The text of `--help`: the usage, and every setting. */
export function createHelp(): string {
  return `${usage}\n${Object.values(settingTable).map(describe).join('\n')}`;
}

function describe({ name, defaultText, takes, meaning }: Setting<unknown>): string {
  const facts = `${takes}; default: ${defaultText}`;
  return `  ${name}\n${wrap(`${meaning} (${facts})`.replaceAll('`', ''), '      ')}`;
}

/** Breaks a text between words into indented lines of at most 120 characters. */
function wrap(text: string, indent: string): string {
  let lines = '';
  let line = indent.slice(1);
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > 120) {
      lines += `${line}\n`;
      line = indent.slice(1);
    }
    line += ` ${word}`;
  }
  return `${lines}${line}\n`;
}
