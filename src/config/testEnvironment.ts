/**
 * What `npm test` hands to jest; `node src/dev/bootstrap.mjs servers` starts the same for single test files.
 */
const VARIABLES = {
  /** A MySQL or MariaDB server with the right to create databases: mysql://user:password@host:port/ */
  databaseUrl: 'TEST_DATABASE_URL',
  /** A Temporal dev server, host:port. */
  temporalAddress: 'TEST_TEMPORAL_ADDRESS',
  /** The time-skipping test server's executable. */
  timeSkippingServer: 'TEST_TIME_SKIPPING_SERVER',
  /** The Temporal CLI. */
  temporalCli: 'TEST_TEMPORAL_CLI',
  /** A Chromium to drive. */
  chromium: 'TEST_CHROMIUM',
  /** Zoom's own OpenAPI document, to hold the simulator against; not part of this project. */
  zoomOpenapi: 'ZOOM_OPENAPI',
} as const;

export type TestEnvironment = { readonly [name in keyof typeof VARIABLES]: string | undefined };

export function readTestEnvironment(environment: NodeJS.ProcessEnv = process.env): TestEnvironment {
  const entries = Object.entries(VARIABLES).map(([name, variable]) => [name, environment[variable] || undefined]);
  return Object.fromEntries(entries) as TestEnvironment;
}

/** @throws an Error that says how to get the variable, when it is not set */
export function requireTestEnvironment(name: keyof TestEnvironment): string {
  const value = readTestEnvironment()[name];
  if (!value) {
    throw new Error(
      `${VARIABLES[name]} is not set. Run npm test, or start node src/dev/bootstrap.mjs servers and export what it prints.`,
    );
  }
  return value;
}
