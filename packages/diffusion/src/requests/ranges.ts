/** Numbers from `least` to `most`, both included. */
export interface Range {
  readonly least: number;
  readonly most: number;
}

/** Sides of pictures in pixels. */
export interface SideRange extends Range {
  readonly multipleOf: number;
}

/** What requests for one engine may ask for, and what validators ask for by themselves. */
export interface DiffusionRanges {
  /** What a request calls the model, in its field `engine`. */
  readonly engine: string;
  readonly steps: Range;
  /** `cfg_scale`. */
  readonly guidance: Range;
  readonly side: SideRange;
  /** The side of a picture where nobody says another. */
  readonly defaultSide: number;
  /** Steps and guidance where nobody says others, for models that Vision's own numbers do not suit: see `modelValues`. */
  readonly defaultSteps?: number | undefined;
  readonly defaultGuidance?: number | undefined;
  /** `image_strength` of made-up requests; users may ask for 0 to 1. */
  readonly sampledStrength: Range;
  /** Sides of made-up requests. */
  readonly sampledSide: SideRange;
}

/** Sizes that a model was made for. */
export interface NativeSize {
  /** Pixels of a side. */
  readonly side: number;
  /** Pixels of a latent's side, which sides of pictures are multiples of. */
  readonly latentScale: number;
}

/** Vision 2.0's names of its models. */
export const VISION_ENGINES = ['stable-diffusion-xl-turbo', 'kandinsky-2.2', 'stable-diffusion-1.5'] as const;

/** One of Vision 2.0's models. */
export type VisionEngine = (typeof VISION_ENGINES)[number];

/** Steps, guidance, and the side that the model itself was trained at. */
const MODELS: Readonly<Record<VisionEngine, { readonly steps: Range; readonly guidance: Range; readonly trainedSide: number }>> = {
  'stable-diffusion-xl-turbo': { steps: { least: 6, most: 14 }, guidance: { least: 1, most: 4 }, trainedSide: 1024 },
  'kandinsky-2.2': { steps: { least: 20, most: 40 }, guidance: { least: 2, most: 8 }, trainedSide: 512 },
  'stable-diffusion-1.5': { steps: { least: 7, most: 25 }, guidance: { least: 2, most: 8 }, trainedSide: 512 },
};
const SIDE = { least: 512, most: 1344, multipleOf: 64 };
const DEFAULT_SIDE = 1024;

/**
 * Vision 2.0's ranges of a model. Sizes shrink and grow with the size that the weights were made for, so that a smaller model of the same layout is
 * asked for what it can do; without one they are Vision's own.
 */
export function visionRanges(engine: VisionEngine, native?: NativeSize): DiffusionRanges {
  const { steps, guidance, trainedSide } = MODELS[engine];
  const side = scaledSides(native, trainedSide);
  const defaultSide = Math.round(DEFAULT_SIDE * (side.most / SIDE.most));
  return {
    engine,
    steps,
    guidance,
    side,
    defaultSide: nearest(defaultSide, side),
    sampledStrength: { least: 0, most: 0.75 },
    sampledSide: side,
  };
}

function scaledSides(native: NativeSize | undefined, trainedSide: number): SideRange {
  if (native === undefined || native.side === trainedSide) return SIDE;
  const ratio = native.side / trainedSide;
  const multipleOf = Math.max(Math.round((SIDE.multipleOf * ratio) / native.latentScale), 1) * native.latentScale;
  const scaled = (side: number) => Math.max(Math.round((side * ratio) / multipleOf), 1) * multipleOf;
  return { least: scaled(SIDE.least), most: scaled(SIDE.most), multipleOf };
}

/** The allowed side nearest to a wished one, the larger of two that are as near. */
export function nearest(side: number, { least, most, multipleOf }: SideRange): number {
  return Math.min(Math.max(Math.round(side / multipleOf) * multipleOf, least), most);
}
