import { ConfigError, loadConfig, type Config } from './loadConfig';

/** EX_CONFIG of sysexits.h: something in the settings is wrong, trying again will not help. */
export const EXIT_CONFIG = 78;

/** For the entry points: prints every problem and ends the process before anything has been started. */
export function loadConfigOrExit(): Config {
  try {
    return loadConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}
