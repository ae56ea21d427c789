import { runCommands, type Ran } from './cli';
import { startZoomSite, type ZoomSite } from './zoomSite';

/** A site whose operator runs commands of one kind, for all tests of a file: from before the first until after the last. */
export function commandSiteOfTests(kind: string) {
  let site: ZoomSite | null = null;
  const started = (): ZoomSite => {
    if (!site) throw new Error('It is there from before the first test on.');
    return site;
  };
  beforeAll(async () => {
    site = await startZoomSite();
  });
  afterAll(() => site?.close());
  return {
    get deps() {
      return started().deps;
    },
    /** One after the other. */
    run: (...commands: (readonly string[])[]): Promise<Ran[]> =>
      runCommands(
        commands.map((args) => [kind, ...args]),
        { settings: started().settings },
      ),
  };
}
