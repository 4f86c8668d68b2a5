/** Why a model cannot run as a traced graph, as a sentence for the log; the caller goes on with the eager step. */
export class GraphRefusedError extends Error {
  override readonly name = 'GraphRefusedError';
}
