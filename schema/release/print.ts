import { writeFileSync } from 'node:fs';
import { print } from 'graphql';
import { readTypeDefs } from '../../src/graphql/schema.ts';

/** The contract as one document, as schema registries and composers take it. */
export function printSubgraphSdl(): string {
  return `${print(readTypeDefs())}\n`;
}

// `npm run schema:release`, when a version is released: from then on this is promised, and nothing is declared broken.
if (import.meta.main) {
  writeFileSync(new URL('subgraph.graphql', import.meta.url), printSubgraphSdl());
  writeFileSync(new URL('breaking-changes.json', import.meta.url), '{}\n');
}
