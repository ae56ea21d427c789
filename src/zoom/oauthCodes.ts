/** Zoom writes its codes with a comma on pages, and as error or errorCode in JSON. */
const CODE =
  /\(\s*(4[,.]?7\d\d)\s*\)|"(?:code|errorCode|error_code)"\s*:\s*"?(47\d\d)\b|\berror code:?\s*(4[,.]?7\d\d)\b/i;

/** The OAuth error code in an answer of Zoom's; null when it has none. */
export function oauthCodeOf(text: string): number | null {
  const found = CODE.exec(text);
  const digits = found?.[1] ?? found?.[2] ?? found?.[3];
  return digits === undefined ? null : Number(digits.replace(/[,.]/, ''));
}

/**
 * What a code means, and what an admin does about it.
 *
 * @see https://developers.zoom.us/docs/integrations/oauth-error-messages/
 */
export function oauthCodeInWords(code: number): string {
  switch (code) {
    case 4700:
      return 'Zoom could not make sense of the request (4700). Copy the client id and the client secret again, without anything around them.';
    case 4702:
    case 4704:
      return `Zoom does not know this client id and secret together (${code}). Copy both again from “App Credentials” of one and the same app; mind that development and production have credentials of their own.`;
    case 4709:
      return 'Zoom does not know this redirect address. In your Zoom app, enter it letter by letter as it stands here, as “OAuth Redirect URL” and in the allow list.';
    case 4711:
      return 'The app lacks permissions (4711). Add the scopes listed below to your Zoom app.';
    case 4717:
      return 'The app is disabled at Zoom (4717). Open it on marketplace.zoom.us and activate it.';
    case 4738:
      return 'An admin of the Zoom account has disabled the app (4738). Ask them to allow it again.';
    default:
      return `Zoom refused with its code ${code}. Look it up under “OAuth error messages” in Zoom’s documentation.`;
  }
}
