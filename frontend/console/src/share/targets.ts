import { useApolloClient } from '@apollo/client/react';
import { useCallback, useEffect, useState } from 'react';
import { keepParts } from '../client.ts';
import { ImageMembersDocument, type ImageMembersQuery } from '../graphql/graphql.ts';

export type Target = NonNullable<ImageMembersQuery['image']>;

/** The images of a dialog, with their members as far as they were read. */
export interface Targets {
  readonly images: readonly Target[];
  /** How many images were read, or could not be. */
  readonly done: number;
  /** Reads from the cache again, after a change. */
  update(): void;
}

/** A browser sends no more requests to one server concurrently anyway. */
const concurrency = 6;

/** Reads the images and their members, some concurrently; nothing waits for them. */
export function useTargets(imageIds: readonly string[]): Targets {
  const client = useApolloClient();
  const [images, setImages] = useState<ReadonlyMap<string, Target>>(new Map());
  const [done, setDone] = useState(0);
  const key = imageIds.join();

  useEffect(() => {
    let left = false;
    const waiting = key.split(',');
    async function work(): Promise<void> {
      for (let id = waiting.shift(); id !== undefined && !left; id = waiting.shift()) {
        const { data } = await client.query({
          query: ImageMembersDocument,
          variables: { id },
          fetchPolicy: 'network-only',
          ...keepParts,
        });
        const image = data?.image;
        if (left) return;
        if (image) setImages((held) => new Map(held).set(image.id, image));
        setDone((held) => held + 1);
      }
    }
    setDone(0);
    for (let worker = 0; worker < concurrency; worker++) void work();
    return () => {
      left = true;
    };
  }, [client, key]);

  const update = useCallback(() => {
    const read = key.split(',').flatMap((id) => {
      const image = client.readQuery({ query: ImageMembersDocument, variables: { id } })?.image;
      return image ? [[id, image] as const] : [];
    });
    setImages((held) => new Map([...held, ...read]));
  }, [client, key]);

  return { images: imageIds.flatMap((id) => images.get(id) ?? []), done, update };
}
