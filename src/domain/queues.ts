/**
 * Each queue has a Worker of its own, so that nothing slow on one can hold up another: workflows and database steps,
 * calls to Zoom, mail. (Token refresh gets one with the connection workflow.)
 */
export const QUEUES = { classes: 'classes', zoom: 'zoom', mail: 'mail' } as const;
