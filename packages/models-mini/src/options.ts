/** What a mini model may be asked for: options of the plugins that paint. */
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
  readonly memory: string;
}
