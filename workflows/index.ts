export { accountLink } from './accountLink';
export { classDate } from './classDate';
export { cleanup } from './cleanup';
export { incident } from './incident';
export { pushEndpoint } from './pushEndpoint';
export { sweep } from './sweep';
export { zoomConnection } from './zoomConnection';
