import { writeFileSync } from 'node:fs';
import { printSubgraphSchema } from '../../src/graphql/schema.ts';

// `npm run schema:release`, when a version is released: from then on this is promised, and nothing is declared broken.
writeFileSync(new URL('subgraph.graphql', import.meta.url), printSubgraphSchema());
writeFileSync(new URL('breaking-changes.json', import.meta.url), '{}\n');
