import { check, type Check } from './check';

/** What came with a request of an admin's own. */
interface Request {
  /** addresses in X-Forwarded-For: one a proxy, and whatever the client put there itself */
  readonly forwarded: number;
  readonly forwardedProto: string;
}

/** Whether the proxies in front are as many as we trust: too few, and anybody chooses the address we take them for. */
export function checkProxies({ forwarded, forwardedProto }: Request, hops: number, appUrl: string): Check[] {
  const remedy =
    'Set TRUSTED_PROXY_HOPS to the number of proxies in front of the web process, each of which adds to X-Forwarded-For.';
  const told = (verdict: Check['verdict'], why: string) =>
    check('proxies', 'Proxies in front', { verdict, why, remedy });
  const proto = forwardedProto !== '' && appUrl.startsWith('https:') && forwardedProto !== 'https';
  return [
    hops === 0 && forwarded > 0
      ? told('failed', 'A proxy stands in front, and none is trusted: everybody has its address.')
      : forwarded < hops
        ? told('failed', `We trust ${hops}, and only ${forwarded} said to have passed this request on.`)
        : told('passed', hops === 0 ? 'There is none, and none is trusted.' : `We trust ${hops}.`),
    ...(proto ? [told('warning', 'The proxy passed this request on as one without TLS (X-Forwarded-Proto).')] : []),
  ];
}
