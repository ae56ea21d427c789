/** The columns of a connection when nothing of the teacher's Zoom account is kept: no tokens, nothing about the person. */
export const NOTHING_OF_ZOOM = {
  zoomUserId: null,
  zoomAccountId: null,
  zoomEmail: null,
  zoomName: null,
  licensed: false,
  apiUrl: null,
  scopes: null,
  accessTokenEncrypted: null,
  refreshTokenEncrypted: null,
  previousRefreshTokenEncrypted: null,
  tokenExpiresAt: null,
  refreshedAt: null,
  pausedUntil: null,
  leaseHolder: null,
  leaseUntil: null,
} as const;
