import { Op } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import type { Finding } from '../domain/zoomVerdicts';
import { FieldErrors } from '../errors';
import { ZoomCheck } from '../models/ZoomCheck';
import { defaultRedirectUri } from '../queries/findZoomSettings';
import { checkFingerprint, findZoomVerdicts, savedApp } from '../queries/findZoomVerdicts';
import { readZoomSettings } from '../queries/readZoomSettings';
import { loopbackMismatch } from '../zoom/loopbackMismatch';
import type { ZoomApp } from '../zoom/oauth';
import { probeApi, probeCredentials, probeRedirect } from '../zoom/probeApp';
import type { ZoomSettingsInput } from './saveZoomSettings';

/**
 * Tests what is typed before it is saved; a secret that is not typed is the saved one. Keeps nothing but the verdicts.
 *
 * @throws FieldErrors when there is no client secret to test
 */
export async function testZoomConnection(deps: Deps, input: Omit<ZoomSettingsInput, 'version'>): Promise<Finding[]> {
  const saved = await readZoomSettings(deps);
  const clientSecret = input.clientSecret || saved.clientSecret;
  if (clientSecret === null) {
    throw new FieldErrors([{ field: 'clientSecret', message: 'Enter the client secret; none is saved yet.' }]);
  }
  const app: ZoomApp = {
    oauthUrl: deps.config.zoom.oauthUrl,
    clientId: input.clientId,
    clientSecret,
    redirectUri: input.redirectUri ?? defaultRedirectUri(deps.config),
  };
  const [ofClient, redirect, api, { verdicts, webhook }] = await Promise.all([
    probeCredentials(deps.logger, app),
    testRedirect(deps, app),
    probeApi(deps.logger, input.baseUrl),
    findZoomVerdicts(deps),
  ]);
  const usual = app.redirectUri === defaultRedirectUri(deps.config);
  await keepVerdicts(deps, app, savedApp(deps, saved), [...ofClient, redirect]);
  return [
    ...ofClient.filter(({ subject }) => subject === 'credentials'),
    usual ? redirect : { ...redirect, why: `${redirect.why} ${OTHER_ADDRESS}` },
    ...verdicts.filter(({ subject }) => subject === 'scopes'),
    webhookFinding(input.webhookSecret, verdicts, webhook.lastValidationAt),
    api,
    ...ofClient.filter(({ subject }) => subject === 'clock'),
  ];
}

const OTHER_ADDRESS = 'It is not this site’s own address, so something in between must lead it here.';

/** Browsers keep cookies by name, so somebody who begins at one of the two comes back to the other as a stranger. */
async function testRedirect(deps: Deps, app: ZoomApp): Promise<Finding> {
  const mismatch = loopbackMismatch(deps.config.appUrl, app.redirectUri);
  return mismatch === null
    ? probeRedirect(deps.logger, app)
    : { subject: 'redirect', verdict: 'failed', why: mismatch };
}

function webhookFinding(typed: string, verdicts: readonly Finding[], lastValidationAt: Date | null): Finding {
  const validated = lastValidationAt
    ? `Zoom last validated the address at ${lastValidationAt.toISOString().slice(0, 16).replace('T', ' ')} UTC.`
    : 'Zoom has not validated the address yet.';
  if (typed !== '') {
    const why = `The typed secret counts once it is saved; then press “Validate” at Zoom. ${validated}`;
    return { subject: 'webhook', verdict: 'unknown', why };
  }
  const [judged] = verdicts.filter(({ subject }) => subject === 'webhook');
  return { subject: 'webhook', verdict: judged?.verdict ?? 'unknown', why: `${judged?.why ?? ''} ${validated}`.trim() };
}

/** Keeps what is definite; of each subject only what speaks for the values tested now and for those saved. */
async function keepVerdicts(
  deps: Deps,
  app: ZoomApp,
  saved: ZoomApp | null,
  findings: readonly Finding[],
): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    for (const { subject, verdict, why } of findings) {
      if (verdict === 'unknown' || (subject !== 'credentials' && subject !== 'redirect')) continue;
      const fingerprint = checkFingerprint(deps, subject, app);
      const kept = [fingerprint, ...(saved ? [checkFingerprint(deps, subject, saved)] : [])];
      await ZoomCheck.destroy({ where: { subject, fingerprint: { [Op.notIn]: kept } }, transaction });
      await ZoomCheck.upsert({ subject, fingerprint, verdict, why, checkedAt: deps.clock.now() }, { transaction });
    }
  });
}
