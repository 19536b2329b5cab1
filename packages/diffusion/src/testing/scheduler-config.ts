/** The scheduler that Vision 2.0 put into every Stable Diffusion. */
export const VISION_SCHEDULER = {
  _class_name: 'DDPMScheduler',
  _diffusers_version: '0.25.1',
  num_train_timesteps: 1000,
  beta_start: 0.00085,
  beta_end: 0.012,
  beta_schedule: 'scaled_linear',
  clip_sample: false,
  prediction_type: 'epsilon',
  steps_offset: 1,
  timestep_spacing: 'leading',
  variance_type: 'fixed_small',
} as const;

/** The scheduler of Kandinsky 2.2's decoder as Vision 2.0 had it. */
export const KANDINSKY_SCHEDULER = {
  ...VISION_SCHEDULER,
  beta_schedule: 'linear',
  steps_offset: 0,
  variance_type: 'learned_range',
} as const;

/** The scheduler of Kandinsky 2.2's prior. */
export const PRIOR_SCHEDULER = {
  _class_name: 'UnCLIPScheduler',
  _diffusers_version: '0.25.1',
  clip_sample: true,
  clip_sample_range: 5,
  num_train_timesteps: 1000,
  prediction_type: 'sample',
  variance_type: 'fixed_small_log',
} as const;
