/**
 * Machines of EC2 with whole NVIDIA GPUs and x64 processors (no g4ad: AMD; no g5g: ARM), by family, with their sizes
 * ("Amazon EC2 instance types", accelerated computing, November 2026). Each has 4 processors and 16 GiB, or more.
 */
const SIZES: Readonly<Record<string, string>> = {
  g4dn: 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge metal',
  g5: 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  g6: 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  g6e: 'xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  gr6: '4xlarge 8xlarge',
  p3: '2xlarge 8xlarge 16xlarge',
  p3dn: '24xlarge',
  p4d: '24xlarge',
  p4de: '24xlarge',
  p5: '4xlarge 48xlarge',
  p5e: '48xlarge',
  p5en: '48xlarge',
};

/** Their names, such as `g4dn.xlarge`. */
export const MACHINES: readonly string[] = Object.entries(SIZES).flatMap(([family, sizes]) =>
  sizes.split(' ').map((size) => `${family}.${size}`),
);
