export { classDate } from './classDate';
export { incident } from './incident';
export { sweep } from './sweep';
export { zoomConnection } from './zoomConnection';
