let zones: readonly string[] | undefined;

/** Every IANA zone this Node.js knows, for a form's suggestions. */
export function timeZones(): readonly string[] {
  zones ??= ['UTC', ...Intl.supportedValuesOf('timeZone')];
  return zones;
}
