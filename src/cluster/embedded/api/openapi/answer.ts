/** `/openapi/v3`: the index of documents, and one document per group and version. */
import type { ApiRequest, Reply } from '../http/request.ts';
import type { Machinery } from '../machinery.ts';

export async function answerOpenApi(request: ApiRequest, path: string, machinery: Machinery): Promise<Reply> {
  void request;
  void path;
  void machinery;
  return { type: 'text', code: 404, text: '404 page not found\n' };
}
