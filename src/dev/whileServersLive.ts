import { EndedByItself } from './processes';
import type { Session } from './session';

/**
 * Does the work for as long as every server lives. Where one ends by itself, what was found on it says nothing: its last
 * words are shown, everything is started again, and the work begins once more. Work that fails on servers that live has failed.
 *
 * @throws what the work throws; EndedByItself with the last words of the server that ended the second time
 */
export async function whileServersLive<Servers, Result>(
  session: Pick<Session, 'processes' | 'steps'>,
  servers: Servers,
  startAgain: () => Promise<Servers>,
  work: (servers: Servers) => Promise<Result>,
): Promise<Result> {
  const { processes, steps } = session;
  const attempt = (on: Servers): Promise<Result> => Promise.race([work(on), processes.untilOneEnds()]);
  try {
    return await attempt(servers);
  } catch (error) {
    if (!(error instanceof EndedByItself)) throw error;
    steps.say(`\n${error.message}\n\nBeginning once more …`);
    await processes.stopRunning();
    return attempt(await startAgain());
  }
}
