import type { Deps } from '../../deps';

/** Posts to the control API of the Zoom stand-in. */
export async function askStandIn({ config }: Pick<Deps, 'config'>, path: string, body: object): Promise<unknown> {
  const response = await fetch(`${config.zoom.oauthUrl}/control${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`The Zoom stand-in answered ${path} with status ${response.status}`);
  return response.json();
}
