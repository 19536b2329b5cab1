import { packageBuild } from '../../tsup.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  // Worker processes of the demo's miners import these by path.
  'demo/wrapped': 'src/demo/wrapped.ts',
  'demo/bicubic-upscale': 'src/demo/bicubic-upscale.ts',
});
