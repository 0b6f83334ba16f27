#include "measure/compare.h"

#include <algorithm>

#include "engine/measured_engine.h"
#include "eval/evaluate.h"
#include "measure/compare_text.h"
#include "measure/measurement.h"
#include "measure/reference_text.h"
#include "metrics/system.h"

namespace edgevlm {
namespace {

struct ComparedModel {
  std::string name;
  EngineOptions options;
};

// Every optimization with an option, at the setting that people would try first.
std::vector<ComparedModel> Variants(const EngineOptions& plain, const ModelInfo& info) {
  std::vector<ComparedModel> variants = {{"plain", plain}};
  const auto add = [&](const std::string& name) -> EngineOptions& {
    return variants.emplace_back(ComparedModel{name, plain}).options;
  };
  for (const char* drafter : {"ngram", "self"}) {
    add(std::string("--speculate ").append(drafter)).speculation.drafter = drafter;
  }
  add("--early-exit exit").early_exit.mode = EarlyExit::kExit;
  // A whole image, of which nothing may be evicted; half of a text.
  const bool reads_images = !info.vision_encoder.empty();
  const int kept = reads_images ? info.image_tokens + 1
                                : std::max(1, ComparePromptTokens(info.context_tokens) / 2);
  const std::string rows = std::to_string(kept);
  for (const std::string& cache :
       {std::string("q8_0"), std::string("q4"), std::string("gear"), std::string("h2o:0.5"),
        "snapkv:" + rows, "pyramid:" + rows, "window:" + rows}) {
    add("--cache " + cache).cache = *ParseCacheOptions(cache);
  }
  if (!reads_images) return variants;
  if (info.has_image_grid) {  // its tokens can be neither merged nor dropped, but fewer to begin
                              // with
    const int quarter = std::max(1, info.image_tokens / 4);
    add("--image-max-tokens " + std::to_string(quarter)).image_max_tokens = quarter;
    return variants;
  }
  add("--tome 16").vision.merged_tokens = 16;
  for (const char* how : {"uniform", "attention"}) {
    const std::string text = std::to_string(std::max(1, info.image_tokens / 2)) + ":" + how;
    (void)ReadKeepTokens(text, add("--keep-tokens " + text).vision);
  }
  return variants;
}

Result<ReferenceText> MakeReference(const Engine& engine, std::span<const std::byte> file) {
  const auto image = EncodeForText(engine, file);
  if (!image) return image.error();
  return MakeReferenceText(engine, MakeCompareText(engine), *image);
}

// The results of a variant on the text.
MaybeError FollowReference(const Engine& engine, std::span<const std::byte> file,
                           const ReferenceText& reference, CompareRow& row) {
  const auto image = EncodeForText(engine, file);
  if (!image) return image.error();
  const auto fidelity = CompareWithReference(engine, reference, *image);
  if (!fidelity) return fidelity.error();
  row.divergence = fidelity->divergence;
  row.prompt_tokens = fidelity->prompt_tokens;
  row.followed_tokens = fidelity->followed_tokens;
  row.cache_bytes = fidelity->cache_bytes;
  return {};
}

// A description of the image, including decoding its file; or, without a vision encoder, a text
// reply.
Result<Reply> Describe(Session& session, const ModelInfo& info, const CompareWork& work) {
  const DecodeOptions decode = {.max_tokens = work.max_tokens};
  session.Reset();
  if (info.vision_encoder.empty()) {
    const Message message = {.role = Role::kUser, .parts = {{.text = "Tell me about the sea."}}};
    return session.Chat({&message, 1}, decode);
  }
  if (auto error = session.SetImage(work.image)) return *error;
  return session.Caption(decode);
}

double Fraction(int part, int whole) { return whole == 0 ? 0 : static_cast<double>(part) / whole; }

// Times the reply and records its statistics.
Result<Reply> MeasureReplies(Session& session, const ModelInfo& info, const CompareWork& work,
                             CompareRow& row) {
  std::vector<double> first_ms, rates;
  Result<Reply> reply = Describe(session, info, work);  // warm-up
  for (int i = 0; reply && i < work.repetitions; ++i) {
    reply = Describe(session, info, work);
    if (!reply) break;
    const Timings& t = reply->timings;
    first_ms.push_back(t.decode_ms + t.preprocess_ms + t.encode_ms + t.prefill_ms);
    if (t.generate_ms > 0) rates.push_back(1e3 * (reply->reply_tokens - 1) / t.generate_ms);
  }
  if (!reply) return reply;
  row.first_token_ms = SpreadOf(first_ms).median;
  if (!rates.empty()) row.tokens_per_second = SpreadOf(rates).median;
  row.resident_bytes = ReadSystem().resident;
  return reply;
}

// The reply of the plain run, and the reference; empty during the plain run itself.
struct Plain {
  std::string reply;
  std::optional<ReferenceText> reference;
};

MaybeError RunVariant(const CompareWork& work, const ComparedModel& variant, Plain& plain,
                      CompareRow& row) {
  const Result<Engine> engine = work.load(variant.options);
  if (!engine) return engine.error();
  const ModelInfo& info = engine->info();
  Session session(*engine);
  const Result<Reply> reply = MeasureReplies(session, info, work, row);
  if (!reply) return reply.error();
  if (variant.options.speculation.drafter != "off") {
    row.accepted = Fraction(reply->accepted_tokens, reply->drafted_tokens);
  }
  if (variant.options.early_exit.mode == EarlyExit::kExit) {
    row.early = Fraction(reply->early_tokens, reply->reply_tokens);
  }
  if (!plain.reference) {
    Result<ReferenceText> reference = MakeReference(*engine, work.image);
    if (!reference) return reference.error();
    plain = {.reply = reply->text, .reference = *std::move(reference)};
  }
  row.same_reply = reply->text == plain.reply;
  if (auto error = FollowReference(*engine, work.image, *plain.reference, row)) return error;
  // Drafts are verified by the whole model: there is no difference to measure.
  if (variant.options.speculation.drafter != "off") row.divergence.reset();
  if (work.labeled == nullptr) return {};
  EvaluateOptions options;
  options.blank = false;
  const Result<Evaluation> evaluation = Evaluate(*engine, *work.labeled, options);
  if (!evaluation) return evaluation.error();
  row.answers = evaluation->with_images.AllQuestions().Accuracy();
  return {};
}

// The model's info, from which cache sizes are chosen.
Result<ModelInfo> InfoOf(const CompareWork& work) {
  const Result<Engine> engine = work.load(work.plain);
  if (!engine) return engine.error();
  return engine->info();
}

}  // namespace

Result<std::vector<CompareRow>> Compare(const CompareWork& work,
                                        const std::function<void(const std::string&)>& on_row) {
  const Result<ModelInfo> info = InfoOf(work);
  if (!info) return info.error();
  std::vector<CompareRow> rows;
  Plain plain;
  for (const ComparedModel& variant : Variants(work.plain, *info)) {
    on_row(variant.name);
    CompareRow row;
    row.name = variant.name;
    if (const auto error = RunVariant(work, variant, plain, row)) {
      if (rows.empty()) return *error;
      row = CompareRow();
      row.name = variant.name;
      row.refusal = error->message;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace edgevlm
