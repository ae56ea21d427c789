/**
 * Each queue has a Worker of its own, so that nothing slow on one can hold up another: workflows and database steps,
 * calls to Zoom, mail, events pushed to marketplaces, and the health of things (token refresh, looking whether trouble is
 * over, the sweep).
 */
export const QUEUES = {
  classes: 'classes',
  zoom: 'zoom',
  connections: 'connections',
  mail: 'mail',
  pushes: 'pushes',
} as const;
