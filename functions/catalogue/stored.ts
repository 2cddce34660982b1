import { GoodNetError, messageOf } from '../../models/errors';
import { GoodNet } from '../../models/goodnet';
import { first, valueAt } from '../../models/present';
import { isS3 } from '../../models/store/address';
import { filesOpener } from '../../models/store/open-store-files';
import type { Trust } from '../../models/store/trusted';
import { type Batching, batched } from '../batching';
import { type Classifier, classifierOf } from '../classifier';
import { Problem } from '../problem';
import type { BundleThreads, NetsThreads } from '../threads/pool';
import type { Catalogue } from './catalogue';
import { currentVersion, modelsBelow, type PointedAt, soleModel } from './folders';
import { nameOf } from './name-of';
import { remembering } from './remember';

/** How often, at most, it is looked whether there are other models or bundles, in milliseconds. */
const LOOK_AGAIN = 1000;
/** How long what a store says is remembered, in milliseconds: while a model is loaded it is asked several times. */
const REMEMBERED = 250;
/** When a bundle that was found damaged, or not signed, is tried again, in milliseconds: it may have been mended. */
const TRY_AGAIN = 60_000;

export interface StoredOptions {
  /** Bytes that the loaded models' files may have together; the least lately used is dropped first. */
  readonly maxBytes?: number;
  readonly batching?: Batching;
  /** Threads that help while many ask. */
  readonly threads?: NetsThreads;
  /** Who must have signed each bundle, and that it is current. */
  readonly trust?: Trust | undefined;
  /** Takes note of what an operator should know: a bundle that can't be loaded (`error`), a new one taken up (`info`). */
  readonly say?: (line: string, level: 'info' | 'error') => void;
}

interface Loaded {
  readonly version: string;
  readonly goodnet: GoodNet;
  readonly classifier: Classifier;
  readonly bytes: number;
  readonly bundleThreads: BundleThreads | undefined;
  uses: number;
  isRetired: boolean;
  lastUsed: number;
}

/** A bundle that can't be loaded, and why; until then, in milliseconds, it is not tried again. */
interface Refused {
  readonly version: string;
  readonly until: number;
  readonly error: unknown;
}

/**
 * The models of a path (see soleModel and modelsBelow), each loaded when it is first asked for. A newly activated bundle is loaded
 * beside the old one and then takes its place; requests in between are answered by the old one. One that can't be
 * loaded leaves the old one in place.
 * @param path a bundle, a store, or a folder of stores
 */
export function storedCatalogue(path: string, options: StoredOptions = {}): Catalogue {
  const { maxBytes = 2 ** 30, say = () => {} } = options;
  const loaded = new Map<string, Loaded>();
  const loading = new Map<string, Promise<Loaded>>();
  const checkedAt = new Map<string, number>();
  const refused = new Map<string, Refused>();
  const notTakenUp = new Map<string, string>();
  let folders: ReadonlyMap<string, string> = new Map();
  let listedAt = Number.NEGATIVE_INFINITY;
  let isSole: boolean | undefined;
  let listing: Promise<void> | undefined;
  /** Why nothing is known of the path, since it was last looked at. */
  let unlisted: unknown;
  const open = remembering(filesOpener(), REMEMBERED);

  /** Takes note of what is current in each, so that nothing older is taken up when it is first asked for. */
  function lookAtNew(found: ReadonlyMap<string, string>): void {
    if (!options.trust) return;
    for (const [name, folder] of found)
      if (!folders.has(name))
        pointedAt(folder).catch((error) => say(`${name}: ${messageOf(error)}`, 'error'));
  }

  /** Whether the path is one model by itself is settled when the first is found: what is laid there later changes nothing. */
  async function listAgain(): Promise<ReadonlyMap<string, string>> {
    const sole = isSole === false ? undefined : await soleModel(path, open);
    const found = sole ?? (await modelsBelow(path, open));
    if (found.size > 0) isSole = sole !== undefined;
    return found;
  }

  async function list(): Promise<ReadonlyMap<string, string>> {
    // A bundle or a store alone keeps its name, whatever is taken up later.
    if (isSole || Date.now() - listedAt < LOOK_AGAIN) {
      if (unlisted !== undefined) throw unlisted;
      return folders;
    }
    listing ??= listAgain()
      .then((found) => {
        for (const name of folders.keys())
          if (!found.has(name)) say(`${name} is there no more: ${folders.get(name)} is no store`, 'error');
        lookAtNew(found);
        folders = found;
        unlisted = undefined;
      })
      .catch((error) => {
        if (folders.size === 0) {
          unlisted = error;
          throw error;
        }
        say(`${path} can't be listed; the models that are known go on: ${messageOf(error)}`, 'error');
      })
      .finally(() => {
        listedAt = Date.now();
        listing = undefined;
      });
    // S3 takes its time: nobody waits for it who can be answered by what is known.
    if (folders.size === 0 || !isS3(path)) await listing;
    return folders;
  }

  /** Of models side by side each is a store: which bundle is current is then signed where keys are trusted. */
  const pointedAt = (folder: string) =>
    currentVersion(folder, { open, trust: options.trust, isStore: folder !== path });

  async function load(name: string, folder: string, { version, id }: PointedAt): Promise<Loaded> {
    const { keys: trusted, seen } = options.trust ?? {};
    const goodnet = await GoodNet.load(folder, { id, trust: trusted, seen, open });
    if (goodnet.withoutOnnx) say(`${name}: ${goodnet.withoutOnnx}`, 'info');
    const bundleThreads = options.threads?.for({ path: folder, id: goodnet.manifest.id });
    const classifier = batched(classifierOf(goodnet, name), { ...options.batching, bundleThreads });
    const bytes = goodnet.manifest.files.reduce((sum, file) => sum + file.bytes, 0);
    return {
      version,
      goodnet,
      classifier,
      bytes,
      bundleThreads,
      uses: 0,
      isRetired: false,
      lastUsed: Date.now(),
    };
  }

  /** Loads a model once, however many ask for it. */
  function loadOnce(name: string, folder: string, pointed: PointedAt): Promise<Loaded> {
    const running = loading.get(name);
    if (running) return running;
    const begun = load(name, folder, pointed)
      .then((entry) => {
        const before = loaded.get(name);
        loaded.set(name, entry);
        if (before) {
          retire(before);
          say(`${name}: took up bundle ${entry.classifier.id.slice(0, 16)}`, 'info');
        }
        makeRoom(entry);
        return entry;
      })
      .finally(() => loading.delete(name));
    loading.set(name, begun);
    return begun;
  }

  function makeRoom(newest: Loaded): void {
    const total = () => [...loaded.values()].reduce((sum, each) => sum + each.bytes, 0);
    while (total() > maxBytes) {
      const [name, oldest] = first([...loaded].sort(([, a], [, b]) => a.lastUsed - b.lastUsed));
      if (oldest === newest) return;
      loaded.delete(name);
      retire(oldest);
    }
  }

  function retire(entry: Loaded): void {
    entry.isRetired = true;
    if (entry.uses === 0) dispose(entry);
  }

  function dispose({ goodnet, bundleThreads }: Loaded): void {
    goodnet.dispose();
    bundleThreads?.forget();
  }

  /** Takes up another bundle, aside; what is loaded answers meanwhile. */
  async function refresh(name: string, folder: string, entry: Loaded): Promise<void> {
    if (Date.now() - (checkedAt.get(name) ?? 0) < LOOK_AGAIN || loading.has(name)) return;
    checkedAt.set(name, Date.now());
    try {
      const pointed = await pointedAt(folder);
      const { version } = pointed;
      if (version !== entry.version && !refusal(name, version)) await tryToLoad(name, folder, pointed);
      notTakenUp.delete(name);
    } catch (error) {
      // Looked at every second: the same is told once.
      if (notTakenUp.get(name) === messageOf(error)) return;
      notTakenUp.set(name, messageOf(error));
      say(`${name}: the new bundle can't be taken up; the old one goes on: ${messageOf(error)}`, 'error');
    }
  }

  function refusal(name: string, version: string): Refused | undefined {
    const no = refused.get(name);
    return no?.version === version && Date.now() < no.until ? no : undefined;
  }

  async function tryToLoad(name: string, folder: string, pointed: PointedAt): Promise<Loaded> {
    return await loadOnce(name, folder, pointed).catch((error) => {
      const isPassing = error instanceof GoodNetError && error.kind === 'environment';
      if (!isPassing) refused.set(name, { version: pointed.version, until: Date.now() + TRY_AGAIN, error });
      throw error;
    });
  }

  /** Loads a model that isn't; what was found damaged a moment ago is not read once more for every request. */
  async function loadFirst(name: string, folder: string): Promise<Loaded> {
    const unusable = (error: unknown) =>
      new Problem('model-unusable', `The model ${name} can't be loaded.`, {}, error);
    try {
      const running = loading.get(name);
      if (running) return await running;
      const pointed = await pointedAt(folder);
      const others = loaded.get(name);
      if (others?.version === pointed.version) return others;
      const no = refusal(name, pointed.version);
      if (no) throw unusable(no.error);
      return await tryToLoad(name, folder, pointed);
    } catch (error) {
      if (error instanceof Problem) throw error;
      say(`${name}: ${messageOf(error)}`, 'error');
      throw unusable(error);
    }
  }

  return {
    names: async () => [...(await list()).keys()],
    async use(wanted, work) {
      const all = await list();
      const name = nameOf(wanted, [...all.keys()]);
      const folder = valueAt(all, name);
      let entry = loaded.get(name);
      if (entry) void refresh(name, folder, entry);
      else entry = await loadFirst(name, folder);
      entry.uses++;
      entry.lastUsed = Date.now();
      try {
        return await work(entry.classifier);
      } finally {
        entry.uses--;
        if (entry.isRetired && entry.uses === 0) dispose(entry);
      }
    },
    close() {
      for (const entry of loaded.values()) retire(entry);
      loaded.clear();
    },
  };
}
