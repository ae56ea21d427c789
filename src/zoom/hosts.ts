import type { Config } from '../config/loadConfig';

/**
 * Whether we may send a token or a browser to that address: https to an allowed host, or exactly the origin that the
 * settings name for Zoom's OAuth and API (which is how the stand-in on loopback is reached).
 */
export function isAllowedZoomUrl(config: Config, address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  if (url.username || url.password) return false;
  const named = [config.zoom.oauthUrl, config.zoom.apiUrl].map((configured) => new URL(configured).origin);
  if (named.includes(url.origin)) return true;
  return url.protocol === 'https:' && config.zoom.allowedHosts.some((pattern) => matches(pattern, url));
}

/** `zoom.us` allows that host, `*.zoom.us` every host below it; other ports than 443 are not allowed. */
function matches(pattern: string, { hostname, port }: URL): boolean {
  if (port !== '') return false;
  return pattern.startsWith('*.') ? hostname.endsWith(pattern.slice(1)) : hostname === pattern;
}
