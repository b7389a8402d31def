/** `npm run build`: compiles the program into dist/. */
import { buildProgram } from './bundle.ts';

await buildProgram();
