import { coded, NetError } from '../errors';
import { isChannelsFirst } from './config/layout';
import type { LayerSpec, ModelSpec } from './config/spec';
import { planLayer } from './layers';
import type { Plan } from './layers/plan';

/** A layer of the file with what becomes of it: a plan, or a nested model. */
export interface PlannedLayer {
  readonly spec: LayerSpec;
  /** Its name for people, layers of nested models as `model/layer`. */
  readonly path: string;
  /** Undefined for nested models, and for layers that can't be used. */
  readonly plan: Plan | undefined;
  readonly inner: PlannedNet | undefined;
}

export interface PlannedNet {
  readonly spec: ModelSpec;
  readonly layers: readonly PlannedLayer[];
}

/**
 * Checks each layer of a net and plans what becomes of it.
 * @param refuse is told of each layer that can't be used; `loadNet` throws there, `inspectNet` collects
 */
export function planNet(
  spec: ModelSpec,
  kerasMajor: number,
  refuse: (error: NetError) => void,
  prefix = '',
  channelsFirst = kerasMajor > 1 && isChannelsFirst(spec),
): PlannedNet {
  const layers = spec.layers.map((layer): PlannedLayer => {
    const path = prefix + layer.name;
    if (layer.inner) {
      return {
        spec: layer,
        path,
        plan: undefined,
        inner: planNet(layer.inner, kerasMajor, refuse, `${path}/`, channelsFirst),
      };
    }
    let plan: Plan | undefined;
    try {
      plan = coded('NET_LAYER_UNSUPPORTED', () =>
        planLayer({ ...layer, name: path }, kerasMajor, channelsFirst),
      );
    } catch (error) {
      if (!(error instanceof NetError)) throw error;
      refuse(error);
    }
    return { spec: layer, path, plan, inner: undefined };
  });
  return { spec, layers };
}

/** The layers that are no models, in the net's order, those of nested models in their place. */
export function leavesOf(net: PlannedNet): PlannedLayer[] {
  return net.layers.flatMap((layer) => (layer.inner ? leavesOf(layer.inner) : [layer]));
}
