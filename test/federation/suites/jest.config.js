/** Runs Apollo's compatibility tests for subgraphs, which need Jest: `npm run test:federation`. */
const suites = '<rootDir>/test/federation/suites';

export default {
  rootDir: '../../..',
  testEnvironment: 'node',
  modulePathIgnorePatterns: ['/dist/subgraphs/'],
  roots: [`${suites}/node_modules/@apollo/federation-subgraph-compatibility-tests/dist`],
  testMatch: ['**/dist/tests/*.test.js'],
  testPathIgnorePatterns: [],
  haste: { retainAllFiles: true },
  transform: {},
  globalSetup: `${suites}/compatibility/global-setup.js`,
  globalTeardown: `${suites}/compatibility/global-teardown.js`,
  setupFilesAfterEnv: [`${suites}/compatibility/use-free-port.cjs`],
};
