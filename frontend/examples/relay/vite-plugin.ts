import { transformAsync } from '@babel/core';
import type { Plugin } from 'vite';

/** Lets Vite put what `relay-compiler` wrote in the place of each `graphql` tag. */
export function relay(): Plugin {
  return {
    name: 'relay',
    enforce: 'pre',
    async transform(code, filename) {
      if (!code.includes('graphql`') || filename.includes('/node_modules/')) return null;
      const result = await transformAsync(code, {
        filename,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: ['typescript', 'jsx'] },
        plugins: [['relay', { eagerEsModules: true, artifactDirectory: undefined }]],
      });
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
    },
  };
}
