/** What runs the nets, for those who tell of it before the work. */
export { type Engine, nameOf as engineName, startEngine } from '../../models/engine';
