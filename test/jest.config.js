/** @type {import('jest').Config} */
export default {
  // That of the project, whose sources coverage is about.
  rootDir: '..',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/test/dist/'],
  // Modules are loaded as they ship: as ES modules, for which Jest needs the options of `support/jest-command`.
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['<rootDir>/test/support/give-jest.js'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript' },
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  // The workspaces' sources, not their builds.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  testEnvironment: '<rootDir>/test/support/leak-environment.js',
  testTimeout: 60_000,
  maxWorkers: 4,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  collectCoverageFrom: ['{shared,api,worker,local}/src/**/*.ts'],
  coverageDirectory: 'coverage',
  reporters: ['default', '<rootDir>/test/support/count-reporter.js'],
};
