/**
 * The id of a class date's workflow. It holds the row's random key, so that a restored or emptied database, which hands
 * out the same row ids again, never meets an old run.
 */
export function classDateWorkflowId(classDate: { id: number; randomKey: string }): string {
  return `classDate-${classDate.id}-${classDate.randomKey}`;
}

export function zoomConnectionWorkflowId(connection: { id: number; randomKey: string }): string {
  return `zoomConnection-${connection.id}-${connection.randomKey}`;
}

export function incidentWorkflowId(incident: { id: number; randomKey: string }): string {
  return `incident-${incident.id}-${incident.randomKey}`;
}
