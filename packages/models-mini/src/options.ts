/** What a mini model may be asked for: `ranges` of the plugins that paint. */
export interface MiniRanges {
  readonly steps: [least: number, most: number];
  readonly guidance: [least: number, most: number];
  /** Sides in pixels. */
  readonly side: [least: number, most: number];
  readonly multipleOf: number;
  readonly defaultSide: number;
  readonly defaultSteps: number;
  readonly defaultGuidance: number;
}

/** Options of a plugin that paints with a mini model. */
export interface MiniPainter {
  /** Absolute path of the folder with the weights. */
  readonly model: string;
  readonly licence: 'MIT';
  readonly scheduler: 'model';
  /** Words of real models mean nothing to these ones. */
  readonly negativePrefix: '';
  readonly ranges: MiniRanges;
  /** What a process grows by from loading it and painting with it on two threads, rounded up. */
  readonly memory: string;
}

/** A painter under a name of its own. */
export interface NamedPainter extends MiniPainter {
  readonly id: string;
}

/** A painter some of whose components lie in another folder, by their names. */
export interface SharingPainter<Component extends string> extends MiniPainter {
  readonly parts: Readonly<Record<Component, string>>;
}
