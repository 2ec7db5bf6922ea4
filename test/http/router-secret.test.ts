import { expect, it } from 'vitest';
import { RouterSecrets } from '../../src/http/router-secret.ts';

const ask = (secrets: RouterSecrets, ...given: string[]): boolean =>
  secrets.isRouter({ headersDistinct: given.length === 0 ? {} : { 'x-router-secret': given } });

it('while one secret replaces the other, both are accepted', () => {
  const secrets = new RouterSecrets(['the-new-secret-of-it', 'the-old-secret-of-it']);
  expect(ask(secrets, 'the-new-secret-of-it')).toBe(true);
  expect(ask(secrets, 'the-old-secret-of-it')).toBe(true);
  expect(ask(secrets, 'the-new-secret-of-it the-old-secret-of-it')).toBe(false);
  expect(ask(secrets, 'the-new-secret-of-it', 'the-old-secret-of-it')).toBe(false);
});

it('a replaced secret is no longer accepted', () => {
  const secrets = new RouterSecrets(['the-old-secret-of-it']);
  secrets.replace(['the-new-secret-of-it']);
  expect(ask(secrets, 'the-old-secret-of-it')).toBe(false);
  expect(ask(secrets, 'the-new-secret-of-it')).toBe(true);
});

it('without a configured secret, no request counts as the router’s', () => {
  expect(ask(new RouterSecrets(null), 'the-old-secret-of-it')).toBe(false);
  expect(ask(new RouterSecrets(null))).toBe(false);
});

it('a request without the header is not the router’s', () => {
  expect(ask(new RouterSecrets(['the-new-secret-of-it']))).toBe(false);
});

it('without a configured secret, the headers that Node collects slowly are not read', () => {
  const request = {
    get headersDistinct() {
      return expect.fail('the distinct headers were read');
    },
  };
  expect(new RouterSecrets(null).isRouter(request)).toBe(false);
});
