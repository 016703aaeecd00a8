/** @type {import('jest').Config} */
export default {
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // The workspaces' sources, not what was built from them.
  testEnvironmentOptions: { customExportConditions: ['source', 'require', 'node', 'default'] },
  testEnvironment: '<rootDir>/support/leak-environment.js',
  testTimeout: 30_000,
  maxWorkers: 2,
  collectCoverageFrom: ['../{shared,api,worker,local}/src/**/*.ts'],
  coverageDirectory: '../coverage',
  reporters: ['default', '<rootDir>/support/count-reporter.js'],
};
