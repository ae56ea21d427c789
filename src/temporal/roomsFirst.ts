/** So a Zoom that does not answer holds up no mail for longer. */
const PATIENCE_MS = 10_000;

/**
 * When many classes open at one instant, rooms come before mails: a person can wait for a mail that says the class is in
 * half an hour, and a room that is late makes a class late. For the steps of one worker process.
 */
export interface RoomsFirst {
  /** Makes a room; mails wait meanwhile. */
  room<T>(make: () => Promise<T>): Promise<T>;
  /** Resolves when no room is being made, or after ten seconds. */
  mailsMayGo(): Promise<void>;
}

export function createRoomsFirst(): RoomsFirst {
  let making = 0;
  let quiet = Promise.resolve();
  let beQuiet = () => {};
  return {
    room: async (make) => {
      if (making === 0) quiet = new Promise((resolve) => (beQuiet = resolve));
      making += 1;
      try {
        return await make();
      } finally {
        making -= 1;
        if (making === 0) beQuiet();
      }
    },
    mailsMayGo: () =>
      new Promise((resolve) => {
        const late = setTimeout(resolve, PATIENCE_MS);
        void quiet.then(() => {
          clearTimeout(late);
          resolve();
        });
      }),
  };
}
