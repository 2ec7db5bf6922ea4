import { buildASTSchema, print, printSchema, specifiedDirectives, visit } from 'graphql';
import { readTypeDefs } from './schema.ts';

/** The contract as one document, as schema registries and composers read it: SDL with the directives of Federation. */
export function printSubgraphSchema(): string {
  return `${print(readTypeDefs())}\n`;
}

/** The schema that clients see: SDL without anything of Federation, for code generators and editors. */
export function printClientSchema(): string {
  const known = new Set(specifiedDirectives.map(({ name }) => name));
  const document = visit(readTypeDefs(), {
    Directive: (node) => (known.has(node.name.value) ? undefined : null),
    // All that it holds is the link to the specification of Federation.
    SchemaExtension: () => null,
  });
  return `${printSchema(buildASTSchema(document))}\n`;
}
