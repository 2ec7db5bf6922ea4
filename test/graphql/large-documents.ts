import type { Limits } from '../../src/settings/settings.ts';
import { times } from './check-limits.ts';

/** Many fields of an image. */
const attributes = 'id name status visibility createdAt updatedAt size minDisk minRam tags protected osHidden checksum';

/** Documents designed to take time or memory; each is the worst known of its kind. */
export const bombs: Readonly<Record<string, readonly [string, keyof Limits]>> = {
  'a megabyte of spaces': [' '.repeat(1_000_000), 'maxDocumentCharacters'],
  'many aliases at the root': [`{ ${times(5_000, (i) => `a${i}: __typename`)} }`, 'maxTokens'],
  'aliases of one field': [`{ ${times(101, (i) => `a${i}: __typename`)} }`, 'maxAliasesPerField'],
  'aliases in total': [
    `{ ${times(70, (i) => `a${i}: image(id: 1) { b${i}: id c${i}: name d${i}: id }`)} }`,
    'maxAliases',
  ],
  'nesting that would overflow the stack': [`${'{ a '.repeat(5_000)}${'}'.repeat(5_000)}`, 'maxDepth'],
  'nested lists in an argument': [`{ image(id: ${'['.repeat(20_000)}1${']'.repeat(20_000)}) { id } }`, 'maxDepth'],
  'braces that are never closed': ['{'.repeat(100_000), 'maxDepth'],
  'braces hidden behind strings': [`${'{ a(b: "}}}}") '.repeat(2_000)}`, 'maxDepth'],
  'comments only': [`${'#\n'.repeat(6_000)}{ __typename }`, 'maxTokens'],
  'fields to merge': [`{ ${times(51, () => '__typename')} }`, 'maxFieldRepeats'],
  'fields to merge, nested in others': [
    `{ ${times(8, () => `images { ${times(8, () => 'nodes { id }')} }`)} }`,
    'maxFieldRepeats',
  ],
  'more fields at the root than allowed': [
    `{ ${times(10, (i) => `f${i}: images { edges { cursor } }`)} ${times(91, (i) => `g${i}`)} }`,
    'maxRootFields',
  ],
  'more fields in total than allowed': [
    `{ ${times(50, (i) => `f${i}: images { nodes { ${attributes} ${attributes} ${attributes} } }`)} }`,
    'maxFields',
  ],
  'line breaks': [`${'\n'.repeat(5_001)}{ __typename }`, 'maxTokens'],
  'a string of many lines': [`{ image(id: """${'\n '.repeat(49_000)}""") { id } }`, 'maxTokens'],
  directives: [`{ __typename ${times(51, () => '@include(if: true)')} }`, 'maxDirectives'],
  operations: [times(101, (i) => `query Q${i} { __typename }`), 'maxDefinitions'],
  'fragments within fragments, each three times': [
    `{ ...F0 } ${times(60, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} ...F${i + 1} }`)}
     fragment F60 on Query { __typename }`,
    'maxFieldRepeats',
  ],
  'a cycle of fragments with many paths': [
    `{ ...F0 } ${times(90, (i) => `fragment F${i} on Query { ${times(20, (j) => `...F${(i + j + 1) % 90}`)} }`)}`,
    'maxDepth',
  ],
  'an unused chain of fragments': [
    times(99, (i) => `fragment F${i} on Query { ... { ... { ...F${i + 1} } } }`),
    'maxDepth',
  ],
  'lists in lists': [
    '{ images(first: 1000) { nodes { members { image { members { image { name } } } } } } }',
    'maxCost',
  ],
  'introspection under many aliases': [
    `{ ${times(99, (i) => `a${i}: __schema { types { name fields { name description type { name } } } }`)} }`,
    'maxAnswerBytes',
  ],
  'the SDL twice': ['{ a: _service { sdl } b: _service { sdl } }', 'maxAnswerBytes'],
  'the SDL under two aliases': ['{ _service { sdl again: sdl } }', 'maxAnswerBytes'],
  'the SDL under many aliases': [`{ _service { ${times(99, (i) => `a${i}: sdl`)} } }`, 'maxAnswerBytes'],
  'names of types under many aliases': [
    `{ __schema { types { fields { ${times(90, (i) => `a${i}: description`)} } } } }`,
    'maxAnswerBytes',
  ],
};

/** Documents just within the limits; each is the slowest known of its kind. */
export const largest: Readonly<Record<string, string>> = {
  'fields to merge in many fragments': `{ images { nodes { ${times(50, (i) => `...F${i}`)} } } }
    ${times(50, (i) => `fragment F${i} on Image { ${attributes} }`)}`,
  'operations with variables': times(99, (i) => `query Q${i}($a: Int) { images(first: $a) { nodes { id } } }`),
  'unknown arguments': `{ image(${times(1_200, (i) => `a${i}: 1`)}) { id } }`,
  'unknown fields with long names': `{ ${times(99, (i) => `imageMember${'s'.repeat(900)}${i}`)} }`,
  'one long string': `{ image(id: """${'\n                   '.repeat(4_900)}""") { id } }`,
  'uses of variables': `query (${times(300, (i) => `$a${i}: ID`)}) { image(id: [${times(1_500, (i) => `$a${i % 300}`)}]) { id } }`,
  commas: `${','.repeat(99_000)}{ __typename }`,
};
