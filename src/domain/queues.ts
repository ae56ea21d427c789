/**
 * Each queue has a Worker of its own, so that nothing slow on one can hold up another: workflows and database steps,
 * calls to Zoom, mail, and the health of connections (token refresh, and looking whether trouble is over).
 */
export const QUEUES = { classes: 'classes', zoom: 'zoom', connections: 'connections', mail: 'mail' } as const;
