export { classDate } from './classDate';
