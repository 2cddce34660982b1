/**
 * zod would write and compile a function for each schema when it is first used. What is read here is read once or is short,
 * so that compiling costs more than it gains: some 6 ms of a cold start. Schemas made after this are read plainly.
 */
import { config } from 'zod';

config({ jitless: true });
