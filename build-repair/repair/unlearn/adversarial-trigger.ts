/** A trigger that is learned while a net is taught not to follow it, the same on many pictures. Pictures are height × width × channels, 0–255. */
export interface AdversarialTrigger {
  /** Puts it on one picture, in place. */
  stamp(image: Float32Array): void;
  /**
   * Notes how the loss of one picture would climb.
   * @param before the picture without it
   * @param gradient of the loss by each value of the picture with it
   */
  note(before: Float32Array, gradient: Float32Array): void;
  /** Takes one step the way that the loss climbs, by all that was noted since the last. */
  learn(): void;
}
