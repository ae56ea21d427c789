export { classDate } from './classDate';
export { incident } from './incident';
export { zoomConnection } from './zoomConnection';
