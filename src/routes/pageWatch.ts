import type { Deps } from '../deps';

const LOOK_MS = 2_000;

export interface PageWatch<Page> {
  /**
   * Calls back once, when what that page rests on is no longer what it was.
   *
   * @param seen the key of what the page shows
   * @returns ends the watching
   */
  watch(page: Page, seen: string, onChange: () => void): () => void;
}

/** Says for each page by what key it would be shown now. */
export type KeyOf<Page> = (page: Page) => string | undefined;

interface Watcher<Page> {
  readonly page: Page;
  readonly seen: string;
  readonly onChange: () => void;
}

/**
 * One look at the database every two seconds for all the open pages of this process; none while there are none.
 *
 * @param look reads what those pages rest on, all at once
 */
export function createPageWatch<Page>(
  { logger }: Pick<Deps, 'logger'>,
  look: (pages: readonly Page[]) => Promise<KeyOf<Page>>,
): PageWatch<Page> {
  const watchers = new Set<Watcher<Page>>();
  let timer: NodeJS.Timeout | undefined;

  const compare = async (): Promise<void> => {
    // Pages that are opened or closed during the look are none of its business.
    const asked = [...watchers];
    const keyOf = await look([...new Set(asked.map(({ page }) => page))]);
    for (const watcher of asked) {
      if (keyOf(watcher.page) !== watcher.seen && watchers.delete(watcher)) watcher.onChange();
    }
  };
  const compareLater = (): void => {
    if (timer !== undefined || watchers.size === 0) return;
    timer = setTimeout(() => {
      void compare()
        .catch((error: unknown) => logger.warn({ err: error }, 'open pages could not be compared with the database'))
        .finally(() => {
          timer = undefined;
          compareLater();
        });
    }, LOOK_MS);
    timer.unref();
  };
  return {
    watch: (page, seen, onChange) => {
      const watcher = { page, seen, onChange };
      watchers.add(watcher);
      compareLater();
      return () => watchers.delete(watcher);
    },
  };
}
