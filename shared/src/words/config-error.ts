/**
 * A problem with the setup that prevents a process from working: a setting, a server, a schema, a folder. Its message
 * is the sentence that the operator reads; the process ends with status 2.
 */
export class ConfigError extends Error {}
