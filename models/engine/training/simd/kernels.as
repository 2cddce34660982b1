// AssemblyScript: compiled by scripts/build-kernels.mjs to binary.ts. It works on the memory of TensorFlow.js' own
// wasm module and has none itself: no globals, no data, no allocation. All tensors are float32, channels last,
// given by their address; sizes are in values.

/**
 * The filter's gradient of a convolution without padding:
 * dw[ky][kx][i][o] = Σ x[image][oy·sy + ky][ox·sx + kx][i] · dy[image][oy][ox][o].
 * As kx and i run together through a row of x, it is a product of matrices for every ky. It is done in tiles of
 * 4 × 8 that stay in registers, a band of rows at a time that stays in the cache.
 */
export function filterGradient(
  x: usize, dy: usize, dw: usize,
  images: i32, height: i32, width: i32, inChannels: i32,
  outHeight: i32, outWidth: i32, outChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
): void {
  const reach = filterWidth * inChannels;
  const xStep = bytes(strideWidth * inChannels);
  const xRow = bytes(strideHeight * width * inChannels);
  const dyStep = bytes(outChannels);
  const dyRow = bytes(outWidth * outChannels);
  const band = max(1, 65536 / (outWidth * outChannels));
  memory.fill(dw, 0, bytes(filterHeight * reach * outChannels));
  for (let image = 0; image < images; image++) {
    for (let top = 0; top < outHeight; top += band) {
      const rows = min(band, outHeight - top);
      const dyBand = dy + bytes(image * outHeight * outWidth * outChannels) + <usize>top * dyRow;
      const xBand = x + bytes(image * height * width * inChannels) + <usize>top * xRow;
      for (let ky = 0; ky < filterHeight; ky++) {
        for (let r = 0; r < reach; r += 4) {
          const count = min(4, reach - r);
          const from = xBand + bytes(ky * width * inChannels + r);
          const to = dw + bytes((ky * reach + r) * outChannels);
          let o = 0;
          for (; o + 8 <= outChannels; o += 8)
            tile8(from, dyBand + bytes(o), to + bytes(o), rows, count, xRow, xStep, dyRow, dyStep);
          for (; o + 4 <= outChannels; o += 4)
            tile4(from, dyBand + bytes(o), to + bytes(o), rows, count, xRow, xStep, dyRow, dyStep);
          for (; o < outChannels; o++)
            tile1(from, dyBand + bytes(o), to + bytes(o), rows, count, xRow, xStep, dyRow, dyStep);
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline function bytes(values: i32): usize { return <usize>values << 2; }

// @ts-ignore: decorator
@inline function accumulate(at: usize, value: v128): void { v128.store(at, f32x4.add(v128.load(at), value)); }

// @ts-ignore: decorator
@inline function times(x: usize, dy: v128): v128 { return f32x4.mul(v128.load_splat<f32>(x), dy); }

/** `count` ≤ 4 values of x by 8 of dy; where count < 4, the last value is repeated and not stored. */
function tile8(
  x: usize, dy: usize, dw: usize, rows: i32, count: i32, xRow: usize, xStep: usize, dyRow: usize, dyStep: usize,
): void {
  const x1 = bytes(min(1, count - 1)), x2 = bytes(min(2, count - 1)), x3 = bytes(min(3, count - 1));
  let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a, g = a, h = a;
  for (let row = 0; row < rows; row++) {
    for (let xAt = x, dyAt = dy, end = dy + dyRow; dyAt < end; xAt += xStep, dyAt += dyStep) {
      const low = v128.load(dyAt), high = v128.load(dyAt, 16);
      const p = v128.load_splat<f32>(xAt), q = v128.load_splat<f32>(xAt + x1);
      const r = v128.load_splat<f32>(xAt + x2), s = v128.load_splat<f32>(xAt + x3);
      a = f32x4.add(a, f32x4.mul(p, low)); b = f32x4.add(b, f32x4.mul(p, high));
      c = f32x4.add(c, f32x4.mul(q, low)); d = f32x4.add(d, f32x4.mul(q, high));
      e = f32x4.add(e, f32x4.mul(r, low)); f = f32x4.add(f, f32x4.mul(r, high));
      g = f32x4.add(g, f32x4.mul(s, low)); h = f32x4.add(h, f32x4.mul(s, high));
    }
    x += xRow; dy += dyRow;
  }
  accumulate(dw, a); accumulate(dw + 16, b);
  if (count > 1) { dw += dyStep; accumulate(dw, c); accumulate(dw + 16, d); }
  if (count > 2) { dw += dyStep; accumulate(dw, e); accumulate(dw + 16, f); }
  if (count > 3) { dw += dyStep; accumulate(dw, g); accumulate(dw + 16, h); }
}

function tile4(
  x: usize, dy: usize, dw: usize, rows: i32, count: i32, xRow: usize, xStep: usize, dyRow: usize, dyStep: usize,
): void {
  const x1 = bytes(min(1, count - 1)), x2 = bytes(min(2, count - 1)), x3 = bytes(min(3, count - 1));
  let a = f32x4.splat(0), b = a, c = a, d = a;
  for (let row = 0; row < rows; row++) {
    for (let xAt = x, dyAt = dy, end = dy + dyRow; dyAt < end; xAt += xStep, dyAt += dyStep) {
      const value = v128.load(dyAt);
      a = f32x4.add(a, times(xAt, value)); b = f32x4.add(b, times(xAt + x1, value));
      c = f32x4.add(c, times(xAt + x2, value)); d = f32x4.add(d, times(xAt + x3, value));
    }
    x += xRow; dy += dyRow;
  }
  accumulate(dw, a);
  if (count > 1) { dw += dyStep; accumulate(dw, b); }
  if (count > 2) { dw += dyStep; accumulate(dw, c); }
  if (count > 3) { dw += dyStep; accumulate(dw, d); }
}

function tile1(
  x: usize, dy: usize, dw: usize, rows: i32, count: i32, xRow: usize, xStep: usize, dyRow: usize, dyStep: usize,
): void {
  for (let i = 0; i < count; i++, dw += dyStep) {
    let sum: f32 = 0;
    for (let row = 0; row < rows; row++) {
      let xAt = x + <usize>row * xRow + bytes(i), dyAt = dy + <usize>row * dyRow;
      for (const end = dyAt + dyRow; dyAt < end; xAt += xStep, dyAt += dyStep) {
        sum += load<f32>(xAt) * load<f32>(dyAt);
      }
    }
    store<f32>(dw, load<f32>(dw) + sum);
  }
}

/** out[c] = Σ x[row][c]: in bands, so that many small numbers are not added to a large one. */
export function sumRows(x: usize, out: usize, rows: i32, columns: i32): void {
  const step = bytes(columns);
  memory.fill(out, 0, step);
  for (let first = 0; first < rows; first += 512) {
    const start = x + <usize>first * step;
    const end = start + <usize>min(512, rows - first) * step;
    let c = 0;
    for (; c + 4 <= columns; c += 4) {
      let sum = f32x4.splat(0);
      for (let at = start + bytes(c); at < end; at += step) sum = f32x4.add(sum, v128.load(at));
      accumulate(out + bytes(c), sum);
    }
    for (; c < columns; c++) {
      let sum: f32 = 0;
      for (let at = start + bytes(c); at < end; at += step) sum += load<f32>(at);
      store<f32>(out + bytes(c), load<f32>(out + bytes(c)) + sum);
    }
  }
}

/**
 * The gradient of max pooling by 2 × 2 without overlap or padding: dy goes to the first of a window's largest
 * values. dx must be zero where the windows leave a row or column over.
 */
export function maxPoolPairs(
  x: usize, dy: usize, dx: usize, images: i32, height: i32, width: i32, outHeight: i32, outWidth: i32, channels: i32,
): void {
  const right = bytes(channels), below = bytes(width * channels), diagonal = right + below;
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      let at = bytes((image * height + 2 * oy) * width * channels);
      for (let ox = 0; ox < outWidth; ox++, at += right) {
        let c = 0;
        for (; c + 4 <= channels; c += 4, at += 16, dy += 16) {
          const p = v128.load(x + at), q = v128.load(x + at + right);
          const r = v128.load(x + at + below), s = v128.load(x + at + diagonal);
          const largest = f32x4.max(f32x4.max(p, q), f32x4.max(r, s));
          const value = v128.load(dy);
          let mine = f32x4.eq(p, largest), taken = mine;
          v128.store(dx + at, v128.and(value, mine));
          mine = v128.andnot(f32x4.eq(q, largest), taken); taken = v128.or(taken, mine);
          v128.store(dx + at + right, v128.and(value, mine));
          mine = v128.andnot(f32x4.eq(r, largest), taken); taken = v128.or(taken, mine);
          v128.store(dx + at + below, v128.and(value, mine));
          v128.store(dx + at + diagonal, v128.and(value, v128.andnot(f32x4.eq(s, largest), taken)));
        }
        for (; c < channels; c++, at += 4, dy += 4) {
          const p = load<f32>(x + at), q = load<f32>(x + at + right);
          const r = load<f32>(x + at + below), s = load<f32>(x + at + diagonal);
          const largest = max(max(p, q), max(r, s));
          const where = p == largest ? 0 : q == largest ? right : r == largest ? below : diagonal;
          store<f32>(dx + at, 0); store<f32>(dx + at + right, 0);
          store<f32>(dx + at + below, 0); store<f32>(dx + at + diagonal, 0);
          store<f32>(dx + at + where, load<f32>(dy));
        }
      }
    }
  }
}

/** The filter's gradient of a depthwise convolution without padding; o = i · multiplier + …, multiplier = out / in. */
export function depthwiseFilterGradient(
  x: usize, dy: usize, dw: usize,
  images: i32, height: i32, width: i32, inChannels: i32,
  outHeight: i32, outWidth: i32, outChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
): void {
  const multiplier = outChannels / inChannels;
  const xStep = bytes(strideWidth * inChannels), dyStep = bytes(outChannels), dyRow = bytes(outWidth * outChannels);
  memory.fill(dw, 0, bytes(filterHeight * filterWidth * outChannels));
  for (let image = 0; image < images; image++) {
    for (let ky = 0; ky < filterHeight; ky++) {
      for (let kx = 0; kx < filterWidth; kx++, dw += dyStep) {
        for (let oy = 0; oy < outHeight; oy++) {
          const y = image * height + oy * strideHeight + ky;
          const xRow = x + bytes((y * width + kx) * inChannels);
          const dyAt = dy + <usize>(image * outHeight + oy) * dyRow;
          const end = dyAt + dyRow;
          let o = 0;
          if (multiplier == 1) {
            for (; o + 4 <= outChannels; o += 4) {
              let sum = f32x4.splat(0);
              for (let p = xRow + bytes(o), q = dyAt + bytes(o); q < end; p += xStep, q += dyStep) {
                sum = f32x4.add(sum, f32x4.mul(v128.load(p), v128.load(q)));
              }
              accumulate(dw + bytes(o), sum);
            }
          }
          for (; o < outChannels; o++) {
            let sum: f32 = 0;
            for (let p = xRow + bytes(o / multiplier), q = dyAt + bytes(o); q < end; p += xStep, q += dyStep) {
              sum += load<f32>(p) * load<f32>(q);
            }
            store<f32>(dw + bytes(o), load<f32>(dw + bytes(o)) + sum);
          }
        }
      }
    }
    dw -= dyStep * <usize>(filterHeight * filterWidth);
  }
}

/** The input's gradient of a depthwise convolution without padding. dx must be zero before. */
export function depthwiseInputGradient(
  dy: usize, filter: usize, dx: usize,
  images: i32, height: i32, width: i32, inChannels: i32,
  outHeight: i32, outWidth: i32, outChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
): void {
  const multiplier = outChannels / inChannels;
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++, dy += bytes(outChannels)) {
        for (let ky = 0; ky < filterHeight; ky++) {
          for (let kx = 0; kx < filterWidth; kx++) {
            const y = image * height + oy * strideHeight + ky;
            const at = dx + bytes((y * width + ox * strideWidth + kx) * inChannels);
            const w = filter + bytes((ky * filterWidth + kx) * outChannels);
            let o = 0;
            if (multiplier == 1) {
              for (; o + 4 <= outChannels; o += 4) {
                accumulate(at + bytes(o), f32x4.mul(v128.load(dy + bytes(o)), v128.load(w + bytes(o))));
              }
            }
            for (; o < outChannels; o++) {
              const to = at + bytes(o / multiplier);
              store<f32>(to, load<f32>(to) + load<f32>(dy + bytes(o)) * load<f32>(w + bytes(o)));
            }
          }
        }
      }
    }
  }
}
