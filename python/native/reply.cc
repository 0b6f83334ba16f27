#include "native/reply.h"

#include <pybind11/stl.h>

namespace edgevlm::python {
namespace {

py::dict TimingFields(const Timings& timings) {
  py::dict fields;
  fields["decode_ms"] = timings.decode_ms;
  fields["preprocess_ms"] = timings.preprocess_ms;
  fields["encode_ms"] = timings.encode_ms;
  fields["prefill_ms"] = timings.prefill_ms;
  fields["generate_ms"] = timings.generate_ms;
  fields["total_ms"] = timings.total_ms;
  return fields;
}

}  // namespace

py::dict ReplyFields(const Reply& reply) {
  py::dict fields;
  fields["text"] = ToStr(reply.text);
  fields["finish_reason"] = ToStr(FinishReasonName(reply.finish_reason));
  fields["prompt_tokens"] = reply.prompt_tokens;
  fields["reused_tokens"] = reply.reused_tokens;
  fields["reply_tokens"] = reply.reply_tokens;
  fields["early_tokens"] = reply.early_tokens;
  fields["blocks_per_token"] = reply.blocks_per_token;
  fields["drafted_tokens"] = reply.drafted_tokens;
  fields["accepted_tokens"] = reply.accepted_tokens;
  fields["cache"] = ToStr(reply.cache);
  fields["cache_is_moved"] = reply.cache_is_moved;
  fields["cache_bytes"] = reply.cache_bytes;
  fields["decode_threads"] = reply.decode_threads;
  fields["seed"] = reply.seed;
  fields["probability"] = reply.probability;
  fields["timings"] = TimingFields(reply.timings);
  return fields;
}

}  // namespace edgevlm::python
