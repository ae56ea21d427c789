import { parse } from 'bowser';

const LONGEST = 60;

/** A browser as people know it, such as "Chrome 156 on Windows"; its own words where we do not know it. */
export function browserName(userAgent: string): string {
  if (userAgent === '') return 'a browser that does not say which';
  const { browser, os } = parse(userAgent);
  if (!browser.name) return userAgent.length > LONGEST ? `${userAgent.slice(0, LONGEST)}…` : userAgent;
  const version = browser.version?.split('.')[0];
  return [browser.name, version, os.name && `on ${os.name}`].filter(Boolean).join(' ');
}
