/** `node --import './overlay.mjs?folder=…'`: a source that the folder has too is read from there. */
import { register } from 'node:module';

const folder = new URL(import.meta.url).searchParams.get('folder');
register('./overlay-hooks.mjs', import.meta.url, { data: { folder } });
