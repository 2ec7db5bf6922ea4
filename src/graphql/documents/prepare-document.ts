import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  SchemaMetaFieldDef,
  specifiedRules,
  TypeMetaFieldDef,
  type ValidationRule,
} from 'graphql';
import type { Limits } from '../../settings/settings.ts';
import { InvalidRequest } from '../invalid-request.ts';
import { checkDocument } from '../limits/document.ts';
import { toLimitError } from '../limits/refusal.ts';
import { checkSource } from '../limits/source.ts';
import type { Prepare } from './document-store.ts';
import { parseDocument, toLines } from './source-lines.ts';
import { findRootDirectives } from './subscription-root.ts';
import { validateDocument } from './validate-document.ts';

/** Maximum number of validation errors reported for one document. */
const maxMistakes = 20;

export interface PrepareOptions {
  readonly schema: GraphQLSchema;
  readonly limits: Limits;
  /** Whether documents may use introspection. */
  readonly introspection: boolean;
}

/**
 * Checks a document, cheapest check first: its text, its shape, and its validity, because some validation rules take time
 * quadratic in the size of the document.
 */
export function createPrepare({ schema, limits, introspection }: PrepareOptions): Prepare {
  const rules = introspection ? specifiedRules : [...specifiedRules, refuseIntrospection];
  return (text) => {
    const overSource = checkSource(text, limits);
    if (overSource !== null) throw toLimitError(overSource);
    const syntaxTree = parseOrRefuse(text);
    const overDocument = checkDocument(syntaxTree, schema, limits);
    if (overDocument !== null) throw toLimitError(overDocument);
    const conditional = findRootDirectives(syntaxTree).slice(0, maxMistakes);
    const mistakes = conditional.length > 0 ? conditional : validateDocument(schema, syntaxTree, rules, maxMistakes);
    if (mistakes.length > 0) throw new InvalidRequest('GRAPHQL_VALIDATION_FAILED', mistakes, toLines(text));
    return { syntaxTree };
  };
}

const refuseIntrospection: ValidationRule = (context) => ({
  Field(node) {
    if (node.name.value !== SchemaMetaFieldDef.name && node.name.value !== TypeMetaFieldDef.name) return;
    context.reportError(new GraphQLError('Introspection is turned off at this gateway.', { nodes: node }));
  },
});

function parseOrRefuse(text: string): DocumentNode {
  try {
    return parseDocument(text);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    throw new InvalidRequest('GRAPHQL_PARSE_FAILED', [error]);
  }
}
