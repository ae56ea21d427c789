/**
 * The server takes no writes (1290, 1836), or begins transactions that take none (1792): after a failover it is one that
 * follows another now. Nothing was written; a connection to the one that leads takes it.
 */
export const READ_ONLY: ReadonlySet<number> = new Set([1290, 1792, 1836]);

/** The server's error number behind a Sequelize or mysql2 error, if there is one. */
export function mysqlErrorNumber(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('errno' in error && typeof error.errno === 'number') return error.errno;
  return 'parent' in error ? mysqlErrorNumber(error.parent) : undefined;
}
