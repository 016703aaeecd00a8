/**
 * What keeps a process from working as it is set up: a setting, a server, a schema, a folder. Its message is the sentence that
 * the operator reads; the process ends with status 2.
 */
export class ConfigError extends Error {}
