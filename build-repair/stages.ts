/** What repair reports that it does, in words for everybody; the plan of its steps is made of them (see repairSteps). */
export const STAGES = {
  reading: 'Reading the clean images',
  readingUnlabelled: 'Reading the images without labels',
  readingHosts: 'Reading the images to keep',
  pixels: 'Choosing the pixel scaling',
  fit: 'Choosing how pictures are brought to the size of the net',
  clean: 'Running the net over the clean images',
  varied: 'Running the net over varied copies',
  painted: (copy: number) => `Running the net over copies with shapes painted on, ${copy}`,
  further: (copy: number) => `Running the net over varied copies once more, ${copy}`,
  views: 'Trying moved and mirrored copies',
  forgetting: (part: number) => `Fitting the expert (forgetting), part ${part}`,
  relearning: (part: number) => `Relearning the last layer, part ${part}`,
  patches: 'Trying small patches as triggers',
  candidates: 'Choosing the classes to search a trigger for',
  searchingShapes: 'Searching for a trigger of any shape',
  searchingPatches: 'Searching for a small trigger',
  largestMargins: 'Looking how sure a picture can make it',
  unlabelled: 'Running the net over the images without labels',
  calibrating: 'Calibrating on clean images',
  looks: 'Keeping what the clean images look like',
  comparing: 'Trying it on images with shapes painted on',
  pruning: 'Pruning channels',
  implanting: 'Implanting triggers of its own',
  trying: (part: number) => `Unlearning in a copy, part ${part}`,
  unlearning: 'Unlearning triggers',
  magnitude: 'Pruning and fine-tuning',
  measuring: 'Measuring',
  writing: 'Writing the bundle',
} as const;

/** One of the fits of a detector: on a fold, or on all. */
export interface FitPart {
  /** 1…, for the progress. */
  readonly number: number;
  /** Tells its random numbers from those of the others. */
  readonly stream: string;
}
