import { packageBuild } from '../../tsup.base.ts';

export default packageBuild({
  index: 'src/index.ts',
  'testing/index': 'src/testing/index.ts',
  'hub/index': 'src/hub/index.ts',
  'gpu/index': 'src/gpu/index.ts',
});
