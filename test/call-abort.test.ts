import { expect, it } from 'vitest';
import { type AbortListener, CallAbort } from '../src/call-abort.ts';

it('tells every listener once, and keeps the first reason', () => {
  const abort = new CallAbort();
  const heard: string[] = [];
  const third = { handleEvent: () => void heard.push('third') };
  abort.addEventListener('abort', { handleEvent: () => void heard.push('first') });
  abort.addEventListener('abort', { handleEvent: () => void heard.push('second') });
  abort.addEventListener('abort', third);
  abort.removeEventListener('abort', third);
  expect([abort.aborted, abort.reason]).toEqual([false, undefined]);
  const reason = new Error('gone');
  abort.abort(reason);
  abort.abort(new Error('late'));
  expect([abort.aborted, abort.reason]).toEqual([true, reason]);
  expect(heard).toEqual(['first', 'second']);
});

it('needs no listener', () => {
  const abort = new CallAbort();
  abort.removeEventListener('abort', { handleEvent() {} });
  abort.abort();
  expect([abort.aborted, abort.reason]).toEqual([true, new Error('aborted')]);
});

it('tells those that listen when it aborts, whichever have left before', () => {
  const abort = new CallAbort();
  const heard: string[] = [];
  const listeners = ['first', 'second', 'third', 'fourth'].map((name) => ({
    handleEvent: () => void heard.push(name),
  }));
  const [first, second, third, fourth] = listeners as [AbortListener, AbortListener, AbortListener, AbortListener];
  for (const listener of [first, second, third]) abort.addEventListener('abort', listener);
  abort.removeEventListener('abort', first);
  abort.removeEventListener('abort', first);
  abort.addEventListener('abort', fourth);
  abort.removeEventListener('abort', second);
  abort.abort();
  expect(heard.toSorted()).toEqual(['fourth', 'third']);
});
