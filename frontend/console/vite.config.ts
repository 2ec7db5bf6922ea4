import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  // Every address is relative: a proxy may serve the gateway below a path of its own.
  base: './',
  build: { modulePreload: false, assetsInlineLimit: 0, reportCompressedSize: false },
  // `npm run dev` works on the console; the gateway beside it (`npm start`) answers.
  server: { proxy: Object.fromEntries(['/graphql', '/people.json'].map((path) => [path, proxyTo(path)])) },
});

function proxyTo(path: string) {
  const target = 'http://127.0.0.1:4000';
  return { target, ws: true, rewrite: () => (path === '/people.json' ? `/console${path}` : path) };
}
