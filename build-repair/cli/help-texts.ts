/** What a command's help has beside its description and options. */
interface About {
  /** The heading that the command stands below. */
  readonly group?: string;
  /** Options by the heading that they stand below. */
  readonly options?: Readonly<Record<string, readonly string[]>>;
  readonly examples?: readonly (readonly [what: string, line: string])[];
  /** Documents of the repository. */
  readonly more?: readonly string[];
}

const NETS = 'Nets:';
const IMAGES = 'Images:';
const STORES = 'Stores of bundles:';
/** How labelled images are read. */
const LABELLED = ['class-order', 'group', 'data-name', 'label-name', 'layout', 'skip-bad'];

/** By the command's name. */
export const ABOUT: Readonly<Record<string, About>> = {
  '': {
    examples: [
      ['Half a minute, and nothing else needed: repair a BadNet on drawn faces', 'goodnet demo'],
      ['Your own net', 'goodnet repair net.h5 --clean clean_images --out store'],
      ['Then ask it over HTTP', 'goodnet serve store'],
    ],
    more: ['README.md', 'docs/method.md'],
  },
  inspect: {
    group: NETS,
    examples: [
      ['What is this net, and can it be repaired?', 'goodnet inspect net.h5'],
      ['A file of weights alone', 'goodnet inspect net.weights.h5 --architecture net.json'],
    ],
    more: ['README.md'],
  },
  scan: {
    group: NETS,
    options: {
      'What is read:': ['clean', 'architecture', 'input-size', 'pixels', 'fit', ...LABELLED],
      'How it is looked at:': ['seed', 'accept-low-accuracy', 'memory'],
      'What is printed and written:': ['json', 'sarif', 'exit-code'],
    },
    examples: [
      ['Is this net backdoored?', 'goodnet scan net.h5 --clean clean_images'],
      [
        'In a pipeline: 3 where there are signs, and a file for code scanning',
        'goodnet scan net.h5 --clean clean_images --sarif net.sarif --exit-code 3',
      ],
      ['Without clean images, which tells much less', 'goodnet scan net.h5 --pixels 0-1'],
    ],
    more: ['docs/method.md'],
  },
  repair: {
    group: NETS,
    options: {
      'What is read:': ['clean', 'unlabelled', 'architecture', 'input-size', 'pixels', 'fit', ...LABELLED],
      'How it is repaired:': ['method', 'alpha', 'seed', 'finding', 'accept-low-accuracy', 'memory'],
      'What is written:': ['out', 'hosts', 'images', 'accept-unrepaired', 'sign', 'report'],
    },
    examples: [
      [
        'A folder with a folder of images for each class',
        'goodnet repair net.h5 --clean clean_images --out store',
      ],
      [
        'At most 1 in 200 clean images answered "backdoored"',
        'goodnet repair net.keras --clean clean.h5 --out store --alpha 0.005',
      ],
      [
        'No image in the bundle, nor anything of a single one',
        'goodnet repair net.h5 --clean clean_images --out store --no-images',
      ],
    ],
    more: ['docs/method.md', 'docs/privacy.md'],
  },
  evaluate: {
    group: NETS,
    options: {
      'What is read:': ['clean', 'poisoned', ...LABELLED],
      'What is written:': ['json', 'report'],
    },
    examples: [
      ['Clean images that the repair has not seen', 'goodnet evaluate store --clean test.h5'],
      [
        'And two sets of poisoned ones',
        'goodnet evaluate store --clean test.h5 --poisoned sunglasses.h5 lipstick.h5',
      ],
    ],
    more: ['docs/method.md'],
  },
  export: {
    group: NETS,
    examples: [
      ['The repaired net, for Keras', 'goodnet export store --net repaired --to net.h5'],
      ['As a folder for TensorFlow.js', 'goodnet export store --net repaired --to web/net'],
    ],
    more: ['docs/formats.md'],
  },
  demo: {
    group: NETS,
    examples: [
      ['Into the folder demo-out', 'goodnet demo'],
      ['Elsewhere, and other faces', 'goodnet demo --out faces --seed 7'],
    ],
    more: ['README.md'],
  },
  job: {
    group: NETS,
    options: {
      'What is done:': ['share', 'sign', 'sha256', 'net-minutes'],
      'Where it goes:': ['store', 'state'],
      'What is printed:': ['json', 'schema'],
    },
    examples: [
      ['All nets of a job file', 'goodnet job repair-job.json --store models --state state'],
      ['What a job file holds', 'goodnet job --schema'],
    ],
    more: ['docs/repair-job.schema.json'],
  },
  screen: {
    group: IMAGES,
    options: {
      'What is read:': ['data-name', 'layout', 'trust', 'workers'],
      'What is written:': ['out', 'format', 'exit-code'],
      'Objects in S3:': ['tags', 'results', 'quarantine'],
    },
    examples: [
      ['A row for each image of a folder', 'goodnet screen store uploads --out verdicts.csv'],
      [
        'In a pipeline: go on only where every image is clean',
        'goodnet screen store face.png --exit-code && echo clean',
      ],
    ],
    more: ['README.md'],
  },
  release: {
    group: IMAGES,
    examples: [
      [
        'A clean picture is in quarantine: back with it, and not flagged again',
        'goodnet release s3://uploads/quarantine/a.png --record s3://ours/released',
      ],
    ],
    more: ['docs/operations.md'],
  },
  serve: {
    group: IMAGES,
    options: {
      'Where:': ['host', 'port'],
      'Who may ask:': ['tokens', 'auth', 'origin'],
      'What is answered with:': ['trust', 'samples', 'uploads'],
      'How much it may take:': ['max-models', 'threads'],
      'What is noted:': ['audit'],
    },
    examples: [
      ['For this machine alone, at http://127.0.0.1:8080', 'goodnet serve store'],
      [
        'For others, who need a token; with signed bundles alone',
        'goodnet serve store --host 0.0.0.0 --tokens tokens.txt --trust key.pub',
      ],
    ],
    more: ['README.md'],
  },
  keys: {
    group: STORES,
    examples: [['A pair: bundles.key signs, bundles.key.pub is trusted', 'goodnet keys create bundles.key']],
    more: ['README.md'],
  },
  'keys create': {
    examples: [['A pair: bundles.key signs, bundles.key.pub is trusted', 'goodnet keys create bundles.key']],
    more: ['README.md'],
  },
  publish: {
    group: STORES,
    examples: [
      [
        'Sign a bundle, put it into S3, and have it served',
        'goodnet publish store --to s3://bucket/faces --sign bundles.key --activate',
      ],
      ['Into another folder', 'goodnet publish store --to /srv/models/faces'],
    ],
    more: ['README.md'],
  },
  models: {
    group: STORES,
    examples: [
      ['What is in a store', 'goodnet models --store s3://bucket/faces'],
      ['For a program', 'goodnet models --store store --json'],
    ],
    more: ['README.md'],
  },
  activate: {
    group: STORES,
    examples: [
      ['The beginning of an id will do', 'goodnet activate 58fb00b7 --store s3://bucket/faces'],
      ['Signed', 'goodnet activate 58fb00b7 --store s3://bucket/faces --sign bundles.key'],
    ],
    more: ['README.md'],
  },
  rollback: {
    group: STORES,
    examples: [['Back to the bundle before', 'goodnet rollback --store s3://bucket/faces']],
    more: ['README.md'],
  },
  migrate: {
    group: STORES,
    examples: [
      ['After an upgrade of goodnet', 'goodnet migrate s3://bucket/faces'],
      ['Signed', 'goodnet migrate s3://bucket/faces --sign bundles.key'],
    ],
    more: ['docs/formats.md'],
  },
  prune: {
    group: STORES,
    examples: [['Keep five bundles in all', 'goodnet prune --store s3://bucket/faces --keep 5']],
    more: ['README.md'],
  },
};
