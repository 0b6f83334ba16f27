#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <system_error>

#include "tokenizer/utf8.h"

namespace edgevlm {
namespace {

bool IsControl(char32_t value) { return value < 0x20 || (0x7F <= value && value <= 0x9F); }

// kept: control characters not to replace.
std::string WithoutControls(std::string_view text, std::string_view kept) {
  std::string printable;
  while (!text.empty()) {
    const CodePoint point = ReadCodePoint(text);
    const std::string_view character = text.substr(0, static_cast<std::size_t>(point.bytes));
    text.remove_prefix(character.size());
    const bool stays = point.state == Utf8State::kWhole &&
                       (!IsControl(point.value) || kept.find(character) != std::string_view::npos);
    printable += stays ? character : "?";
  }
  return printable;
}

}  // namespace

bool Output::Print(std::string_view text) {
  if (failure_ != 0) return false;
  const bool written =
      std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) failure_ = errno;
  return written;
}

bool Output::PrintJson(const nlohmann::json& object) {
  return Print(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

ExitCode Output::Close(ExitCode code) const {
  if (failure_ == 0 || failure_ == EPIPE) return code;
  return Fail({ErrorCode::kIo,
               "standard output: cannot be written: " + std::generic_category().message(failure_)});
}

void PrintError(std::string_view message) {
  const std::string line = "edgevlm: " + Printable(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

void PrintNotice(const ModelInfo& model) {
  if (!model.notice.empty() && isatty(STDERR_FILENO) != 0) PrintError(model.notice);
}

ExitCode Fail(const Error& error) {
  PrintError(error.message);
  return ExitCode::kFailed;
}

std::string Printable(std::string_view text) { return WithoutControls(text, ""); }

std::string PrintableText(std::string_view text) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) != "\r\n") lines += text[i];
  }
  return WithoutControls(lines, "\n\t");
}

nlohmann::json TimingsJson(const Reply& reply) {
  const Timings& t = reply.timings;
  nlohmann::json object = {{"decode_ms", t.decode_ms},
                           {"preprocess_ms", t.preprocess_ms},
                           {"encode_ms", t.encode_ms},
                           {"prefill_ms", t.prefill_ms},
                           {"generate_ms", t.generate_ms},
                           {"total_ms", t.total_ms},
                           {"e2e_ms", t.total_ms},
                           {"ttft_ms", t.total_ms - t.generate_ms},
                           {"encoder_forward_ms", t.encode_ms}};
  if (reply.reply_tokens > 1) object["tpot_ms"] = t.generate_ms / (reply.reply_tokens - 1);
  if (const auto& gaps = reply.gaps) {
    object["itl_ms"] = {{"p50", gaps->p50_ms}, {"p99", gaps->p99_ms}, {"max", gaps->max_ms}};
  }
  return object;
}

OnText PrintTo(Output& output) {
  return [&output](std::string_view text) { return output.Print(PrintableText(text)); };
}

nlohmann::json ToJson(const Reply& reply) {
  nlohmann::json object = {{"finish_reason", FinishReasonName(reply.finish_reason)},
                           {"prompt_tokens", reply.prompt_tokens},
                           {"reused_tokens", reply.reused_tokens},
                           {"cache", reply.cache},
                           {"cache_bytes", reply.cache_bytes},
                           {"reply_tokens", reply.reply_tokens},
                           {"early_tokens", reply.early_tokens},
                           {"blocks_per_token", reply.blocks_per_token},
                           {"drafted_tokens", reply.drafted_tokens},
                           {"accepted_tokens", reply.accepted_tokens},
                           {"timings", TimingsJson(reply)}};
  if (reply.probability) object["probability"] = *reply.probability;
  if (reply.seed) object["seed"] = *reply.seed;
  return object;
}

void PrintIfCut(const Reply& reply, const ModelInfo& model) {
  if (reply.finish_reason != FinishReason::kContextFull) return;
  PrintError("reply: cut: the context of " + std::to_string(model.context_tokens) +
             " tokens is full (-c)");
}

void AddEncoding(const Timings& encoding, Timings& timings) {
  timings.preprocess_ms += encoding.preprocess_ms;
  timings.encode_ms += encoding.encode_ms;
  timings.total_ms += encoding.total_ms;
}

void PrintTimings(const Reply& reply) {
  const Timings& t = reply.timings;
  std::fprintf(stderr,
               "decode %.1f ms, preprocess %.1f ms, encode %.1f ms, prefill %.1f ms (%d tokens), "
               "generate %.1f ms (%d tokens), total %.1f ms\n",
               t.decode_ms, t.preprocess_ms, t.encode_ms, t.prefill_ms, reply.prompt_tokens,
               t.generate_ms, reply.reply_tokens, t.total_ms);
  if (reply.drafted_tokens > 0) {
    std::fprintf(stderr, "of %d guessed tokens %d were right\n", reply.drafted_tokens,
                 reply.accepted_tokens);
  }
  if (reply.seed) std::fprintf(stderr, "seed %" PRIu64 "\n", *reply.seed);
  if (reply.early_tokens == 0) return;
  std::fprintf(stderr, "early exit: %d of %d tokens, %.1f blocks per token\n", reply.early_tokens,
               reply.reply_tokens, reply.blocks_per_token);
}

}  // namespace edgevlm
