const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Two names of this machine are two sites to a browser: cookies of one are not sent to the other, so a teacher would come
 * back from Zoom signed out.
 *
 * @returns words for an admin, or null when both addresses agree
 */
export function loopbackMismatch(appUrl: string, redirectUri: string): string | null {
  const [here, there] = [new URL(appUrl).hostname, new URL(redirectUri).hostname];
  if (here === there || !LOOPBACK.includes(here) || !LOOPBACK.includes(there)) return null;
  return `The redirect address says ${there}, but this site runs at ${here}. Browsers take these for two sites, so teachers would come back signed out. Use ${here} in both places.`;
}
