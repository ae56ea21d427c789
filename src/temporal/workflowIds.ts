import { SWEPT_KINDS, type SweptKind } from '../domain/sweep';

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

export function pushEndpointWorkflowId(endpoint: { id: number; randomKey: string }): string {
  return `pushEndpoint-${endpoint.id}-${endpoint.randomKey}`;
}

export function accountLinkWorkflowId(link: { id: number; randomKey: string }): string {
  return `accountLink-${link.id}-${link.randomKey}`;
}

/** What a workflow's id says; null when it is none of the above. */
export function readWorkflowId(id: string): { kind: SweptKind; rowId: number; randomKey: string } | null {
  const [name, rowId, randomKey, ...rest] = id.split('-');
  const kind = SWEPT_KINDS.find((known) => known === name);
  if (!kind || !/^\d+$/.test(rowId ?? '') || !randomKey || rest.length > 0) return null;
  return { kind, rowId: Number(rowId), randomKey };
}
