import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExpertNet } from '../../models/detector/nets';
import { outputsOf, outputsWithin } from '../../models/detector/run';
import { stemCut } from '../../models/nets/cut';
import { copyBetween } from '../../models/nets/graph';
import { rowsToTrain } from '../../models/nets/rows-at-once';
import { first } from '../../models/present';

/** What both nets say of the same images: n × N logits each. */
export interface TwinLogits {
  readonly bad: Tensor2D;
  readonly expert: Tensor2D;
}

/** B and E side by side: what they share is computed once. */
export class Twins {
  private readonly stem: LayersModel | undefined;
  private readonly head: LayersModel;
  private readonly expert: LayersModel;
  /** How many images may run through B at once, forth and back. */
  readonly mostWithGradients: number;

  /**
   * @param bad B, flat, logits first
   * @param expert E, made of it (see forget); it stays the caller's
   * @param memory bytes that the process may take
   */
  constructor(
    bad: LayersModel,
    expert: ExpertNet,
    private readonly memory?: number,
  ) {
    const cut = expert.from === 'stem' ? stemCut(bad) : undefined;
    this.stem = cut && copyBetween(first(bad.inputs), [cut], 'twin_stem');
    this.head = copyBetween(cut ?? first(bad.inputs), [first(bad.outputs)], 'twin_head');
    this.expert = expert.model;
    this.mostWithGradients = rowsToTrain(bad, memory);
  }

  /** @param input images as the nets take them, any number; no gradients flow */
  logits(input: Tensor): TwinLogits {
    const shared = this.shared(input);
    return {
      bad: outputsWithin(this.head, shared, this.memory)[0] as Tensor2D,
      expert: outputsWithin(this.expert, shared, this.memory)[0] as Tensor2D,
    };
  }

  /** B's logits alone, of any number of images; no gradients flow. */
  badAlone(input: Tensor): Tensor2D {
    return outputsWithin(this.head, this.shared(input), this.memory)[0] as Tensor2D;
  }

  /** B's logits alone; gradients flow back to the input. */
  bad(input: Tensor): Tensor2D {
    return outputsOf(this.head, this.stem ? first(outputsOf(this.stem, input)) : input)[0] as Tensor2D;
  }

  private shared(input: Tensor): Tensor {
    return this.stem ? first(outputsWithin(this.stem, input, this.memory)) : input;
  }

  dispose(): void {
    this.stem?.dispose();
    this.head.dispose();
  }
}
