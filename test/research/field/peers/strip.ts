import { Strip } from '../../table/peers/strip';
import type { Peer } from './peer';

/**
 * STRIP (Gao et al., ACSAC 2019): how torn B is where the image is blended with clean ones. It fits nothing: the images that another
 * is fitted on are those that it blends with.
 * @param blends how many an image is judged by; its authors took 100
 */
export function strip(blends: number): Peer {
  return {
    name: 'STRIP',
    async fit({ images, shape, pixels, classes, seed }, bad, fit) {
      const judge = await Strip.calibrated({
        net: bad,
        shape,
        pixels,
        classes,
        images,
        overlays: fit,
        calibration: new Int32Array(),
        blends,
        alpha: 0,
        seed,
      });
      return {
        async score(rows, named) {
          const verdicts = await judge.classify(rows, named.length);
          return Float32Array.from(verdicts, ({ suspicion }) => suspicion);
        },
        dispose() {},
      };
    },
  };
}
