/** Compiles the program once before the tests: those that need processes run what is shipped. */
export { buildProgram as setup } from '../scripts/bundle.ts';
