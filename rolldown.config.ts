import type { ConfigExport } from 'rolldown';

// For `npm run build`. Few files, because Node loads each module separately, which slows the start. CommonJS, because most
// dependencies are: Node takes a sixth of the start to find out what they export to an ES module. Not minified, so that stack
// traces stay readable. Dependencies stay packages, for audits and updates.
export default {
  input: ['src/main.ts', 'src/start.ts'],
  platform: 'node',
  external: /^[^./]/,
  output: {
    dir: 'dist',
    cleanDir: true,
    format: 'cjs',
    strict: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    sourcemap: true,
  },
} satisfies ConfigExport;
