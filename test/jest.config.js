const toCommonJs = [
  '@swc/jest',
  {
    jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
/** Packages that have nothing but ES modules. */
const PACKAGES = '(p-limit|yocto-queue)';
const ONLY_MODULES = `/node_modules/${PACKAGES}/.*\\.js$`;

/** @type {import('jest').Config} */
export default {
  testMatch: ['**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  transform: { '\\.ts$': toCommonJs, [ONLY_MODULES]: toCommonJs },
  transformIgnorePatterns: [`/node_modules/(?!${PACKAGES}/)`],
  // The workspaces' sources, not what was built from them.
  testEnvironmentOptions: { customExportConditions: ['source', 'require', 'node', 'default'] },
  testEnvironment: '<rootDir>/support/leak-environment.js',
  testTimeout: 30_000,
  maxWorkers: 2,
  collectCoverageFrom: ['../{shared,api,worker,local}/src/**/*.ts'],
  coverageDirectory: '../coverage',
  reporters: ['default', '<rootDir>/support/count-reporter.js'],
};
