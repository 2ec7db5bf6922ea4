import { describe, expect, it } from 'vitest';
import { estimateAnswerBytes } from '../../src/graphql/limits/answer-bytes.ts';

describe('the estimated size of an answer', () => {
  const answer = { data: { images: [{ name: 'an image', size: 5, tags: ['a', 'b'] }, null], more: true } };

  it('is close to the size of its JSON', () => {
    const { length } = JSON.stringify(answer);
    const estimate = estimateAnswerBytes(answer, 1_000);
    expect(estimate).toBeGreaterThan(length * 0.9);
    expect(estimate).toBeLessThan(length * 1.5);
  });

  it.each(['\u0001', '"', 'é', '字', '😀', '\ud800'])(
    'counts %j in the bytes of its JSON, if the total is near the maximum',
    (character) => {
      const text = character.repeat(1_000);
      const bytes = Buffer.byteLength(JSON.stringify(text));
      expect(estimateAnswerBytes(text, bytes)).toBeGreaterThanOrEqual(bytes);
      expect(estimateAnswerBytes(Array(10).fill(text), bytes)).toBeGreaterThan(bytes);
    },
  );

  it('ends soon after the maximum', () => {
    let read = 0;
    const item = {
      get name(): string {
        read++;
        return 'a name';
      },
    };
    estimateAnswerBytes(Array(1_000).fill(item), 200);
    expect(read).toBeLessThan(60);
  });
});
