import { wholeNumber } from './setting.ts';

/** Limits on one GraphQL operation. An operation that exceeds one is refused with `LIMIT_EXCEEDED`. */
export const operationSettings = {
  maxDocumentCharacters: wholeNumber({
    name: 'MAX_DOCUMENT_CHARACTERS',
    default: 100_000,
    unit: 'characters',
    from: 100,
    to: 10_000_000,
    meaning: 'Maximum length of a document.',
  }),
  maxTokens: wholeNumber({
    name: 'MAX_TOKENS',
    default: 5_000,
    from: 10,
    to: 1_000_000,
    meaning: 'Maximum number of tokens (words, punctuators and comments) in a document, and of its line breaks.',
  }),
  maxDepth: wholeNumber({
    name: 'MAX_DEPTH',
    default: 20,
    from: 1,
    to: 100,
    meaning: 'Maximum depth of nested fields, with fragments expanded.',
  }),
  maxFields: wholeNumber({
    name: 'MAX_FIELDS',
    default: 2_000,
    from: 1,
    to: 1_000_000,
    meaning: 'Maximum number of fields in a document, with every use of a fragment counted.',
  }),
  maxRootFields: wholeNumber({
    name: 'MAX_ROOT_FIELDS',
    default: 100,
    from: 1,
    to: 100_000,
    meaning: 'Maximum number of root fields of an operation.',
  }),
  maxAliases: wholeNumber({
    name: 'MAX_ALIASES',
    default: 200,
    from: 0,
    to: 100_000,
    meaning: 'Maximum number of aliases in a document.',
  }),
  maxAliasesPerField: wholeNumber({
    name: 'MAX_ALIASES_PER_FIELD',
    default: 100,
    from: 0,
    to: 100_000,
    meaning: 'Maximum number of aliases of one field in one selection set.',
  }),
  maxFieldRepeats: wholeNumber({
    name: 'MAX_FIELD_REPEATS',
    default: 50,
    from: 1,
    to: 100_000,
    meaning:
      'Maximum number of selections with the same response key in the same object; GraphQL merges them, which takes time ' +
      'quadratic in their number.',
  }),
  maxDirectives: wholeNumber({
    name: 'MAX_DIRECTIVES',
    default: 50,
    from: 0,
    to: 100_000,
    meaning: 'Maximum number of directives in a document.',
  }),
  maxDefinitions: wholeNumber({
    name: 'MAX_DEFINITIONS',
    default: 100,
    from: 1,
    to: 100_000,
    meaning: 'Maximum number of operations and fragments in a document.',
  }),
  maxCost: wholeNumber({
    name: 'MAX_COST',
    default: 50_000,
    from: 1,
    to: 1_000_000_000,
    meaning:
      'Maximum number of objects that an operation requests: a page counts as `first`, other lists as ten, and nested ' +
      'lists are multiplied.',
  }),
  maxRepresentations: wholeNumber({
    name: 'MAX_REPRESENTATIONS',
    default: 1_000,
    from: 1,
    to: 100_000,
    meaning: 'Maximum number of entities that a router requests in one operation.',
  }),
  maxVariableValues: wholeNumber({
    name: 'MAX_VARIABLE_VALUES',
    default: 20_000,
    from: 1,
    to: 10_000_000,
    meaning:
      'Maximum number of values in the arguments and variables of an operation, nested ones included, each counted as ' +
      'often as it is used. A single object in a variable has at most 100 fields.',
  }),
  maxVariableCharacters: wholeNumber({
    name: 'MAX_VARIABLE_CHARACTERS',
    default: 2_000_000,
    unit: 'characters',
    from: 100,
    to: 1_000_000_000,
    meaning:
      'Maximum length of all strings in the variables of an operation, each counted as often as it is used. A single ' +
      'string has at most 10000.',
  }),
  maxAnswerBytes: wholeNumber({
    name: 'MAX_ANSWER_BYTES',
    default: 20_000_000,
    unit: 'bytes',
    from: 1_000,
    to: 500_000_000,
    meaning:
      'Maximum size of a response, not counting introspection. At most 65536 unless the Images API has accepted the ' +
      'token.',
  }),
  maxAnswerFields: wholeNumber({
    name: 'MAX_ANSWER_FIELDS',
    default: 300_000,
    from: 100,
    to: 10_000_000,
    meaning: 'Maximum number of fields of all list items in a response. An object counts 2, a list of objects 8.',
  }),
  maxUpstreamCalls: wholeNumber({
    name: 'MAX_UPSTREAM_CALLS',
    default: 1_100,
    from: 1,
    to: 1_000_000,
    meaning:
      'Maximum number of calls to the Images API for one operation: a page of 1000 images with their members takes 1001. ' +
      'A bulk mutation may make eight more for each of its pairs.',
  }),
  maxUpstreamBytes: wholeNumber({
    name: 'MAX_UPSTREAM_BYTES',
    default: 33_554_432,
    unit: 'bytes',
    from: 1_024,
    to: 1_073_741_824,
    meaning: 'Maximum size of all responses of the Images API for one operation.',
  }),
  bulkMaxChanges: wholeNumber({
    name: 'BULK_MAX_CHANGES',
    default: 1_000,
    from: 1,
    to: 100_000,
    meaning: 'Maximum number of image and project pairs in the bulk mutations of one operation.',
  }),
  bulkConcurrency: wholeNumber({
    name: 'BULK_CONCURRENCY',
    default: 4,
    from: 1,
    to: 1_024,
    meaning: 'Number of concurrent changes of one bulk mutation.',
  }),
  operationDeadlineMs: wholeNumber({
    name: 'OPERATION_DEADLINE_MS',
    default: 60_000,
    unit: 'milliseconds',
    from: 1,
    to: 3_600_000,
    meaning: 'Deadline of all calls of one operation together.',
  }),
  subscriptionMaxImages: wholeNumber({
    name: 'SUBSCRIPTION_MAX_IMAGES',
    default: 1_000,
    from: 500,
    to: 100_000,
    meaning: 'Maximum number of images that `sharedWithMeChanged` lists; the newest ones are kept.',
  }),
};
