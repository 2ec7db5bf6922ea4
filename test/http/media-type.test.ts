import { expect, it } from 'vitest';
import { negotiateMediaType, parseContentType } from '../../src/http/media-type.ts';

const json = 'application/json; charset=utf-8';
const response = 'application/graphql-response+json; charset=utf-8';

it.each([
  [undefined, json],
  ['', json],
  ['*/*', json],
  ['application/*', json],
  ['application/json', json],
  ['application/graphql-response+json', response],
  ['Application/GraphQL-Response+JSON', response],
  ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', response],
  ['application/graphql-response+json, application/json;q=0.9', response],
  ['application/graphql-response+json;q=0.5, application/json', json],
  ['application/json;q=0.5, application/graphql-response+json;q=0.6', response],
  ['application/graphql-response+json;q=0, */*', json],
  ['application/json;q=0, */*', response],
  ['text/html', json],
  ['application/graphql-response+json-not', json],
  [`application/graphql-response+json, ${'text/plain, '.repeat(100)}`, json],
])('a caller who accepts "%s" gets %s', (accept, type) => {
  expect(negotiateMediaType(accept)).toBe(type);
});

it.each([
  ['application/json', 'application/json', undefined],
  ['Application/JSON ; Charset="UTF-8"', 'application/json', 'utf-8'],
  ['application/json; profile="a;charset=latin1"', 'application/json', undefined],
  ['application/json; odata=verbose; charset=latin1', 'application/json', 'latin1'],
  ['application/json;;charset=utf-8;charset=latin1', 'application/json', 'utf-8'],
  ['application/json; charset', 'application/json', undefined],
  ['text/plain; a="application/json"', 'text/plain', undefined],
  ['', '', undefined],
])('the type "%s" is %s in the character set %s', (value, type, charset) => {
  expect(parseContentType(value)).toEqual({ type, charset });
});
