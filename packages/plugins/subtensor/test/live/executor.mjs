// Stands in for the worker thread in which Chopsticks runs a runtime. There, each stored value that the runtime reads is fetched from
// the main thread, and the two threads wake each other up for it; here it is a call, as it is in a node.
import { calculate_state_root, create_proof, decode_proof, get_runtime_version, run_task } from '@acala-network/chopsticks-executor';

const remote = {
  runTask: run_task,
  getRuntimeVersion: get_runtime_version,
  calculateStateRoot: calculate_state_root,
  decodeProof: decode_proof,
  createProof: create_proof,
};

export const startWorker = async () => ({ remote, terminate: async () => {} });
