#include "cli/compare.h"

#include <algorithm>
#include <cmath>

#include "cli/measurement.h"
#include "eval/evaluate.h"
#include "metrics/system.h"

namespace edgevlm {
namespace {

constexpr int kReferenceTokens = 32;

struct Variant {
  std::string name;
  ModelOptions model;
};

// Every optimisation that has a switch, at a strength that people would try first. image_tokens: P
// of the plain run.
std::vector<Variant> Variants(const ModelOptions& plain, int image_tokens) {
  std::vector<Variant> variants = {{"plain", plain}};
  const auto add = [&](const std::string& name) -> ModelOptions& {
    return variants.emplace_back(Variant{name, plain}).model;
  };
  for (const char* drafter : {"ngram", "self"}) {
    add(std::string("--speculate ").append(drafter)).speculation.drafter = drafter;
  }
  add("--early-exit exit").early_exit.mode = EarlyExit::kExit;
  const std::string half = std::to_string(std::max(1, image_tokens / 2));
  const std::string whole = std::to_string(std::max(1, image_tokens + 1));
  for (const std::string& cache :
       {std::string("q8_0"), std::string("q4"), std::string("gear"), std::string("h2o:0.5"),
        "snapkv:" + whole, "pyramid:" + whole, "window:" + whole}) {
    add("--cache " + cache).cache = *ParseCacheOptions(cache);
  }
  add("--tome 16").vision.merged_tokens = 16;
  for (const char* how : {"uniform", "attention"}) {
    const std::string text = half + ":" + how;
    (void)ReadKeepTokens(text, add("--keep-tokens " + text).vision);
  }
  return variants;
}

// What the plain run goes on with, and how sure it is of each token.
struct Reference {
  std::vector<int> tokens;
  std::vector<std::vector<float>> logits;
};

// Feeds a session the picture and then the reference's tokens, one by one; see(logits) is given the
// logits after each and returns the token to go on with.
template <class See>
MaybeError Follow(Session& session, const ModelInfo& info, const See& see) {
  session.Reset();
  // Without a picture: any token to begin with.
  std::vector<int> next = {info.vision_encoder.empty() ? 1 : kImageToken};
  for (int i = 0; i < kReferenceTokens; ++i) {
    const Result<std::span<const float>> logits = session.Evaluate(next);
    if (!logits) return logits.error();
    next = {see(*logits)};
  }
  return {};
}

// log(sum(exp(logits))).
double LogSum(std::span<const float> logits) {
  const double greatest = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float logit : logits) sum += std::exp(logit - greatest);
  return greatest + std::log(sum);
}

// KL(p || q) in nats.
double Divergence(std::span<const float> of_p, std::span<const float> of_q) {
  const double p_total = LogSum(of_p), q_total = LogSum(of_q);
  double divergence = 0;
  for (std::size_t i = 0; i < of_p.size(); ++i) {
    const double p = of_p[i] - p_total, q = of_q[i] - q_total;
    divergence += std::exp(p) * (p - q);
  }
  return divergence;
}

Result<Reference> MakeReference(Session& session, const ModelInfo& info) {
  Reference reference;
  const auto error = Follow(session, info, [&](std::span<const float> logits) {
    reference.logits.emplace_back(logits.begin(), logits.end());
    const auto likeliest = std::ranges::max_element(logits) - logits.begin();
    return reference.tokens.emplace_back(static_cast<int>(likeliest));
  });
  if (error) return *error;
  return reference;
}

Result<double> MeanDivergence(Session& session, const ModelInfo& info, const Reference& reference) {
  double sum = 0;
  std::size_t i = 0;
  const auto error = Follow(session, info, [&](std::span<const float> logits) {
    sum += Divergence(reference.logits[i], logits);
    return reference.tokens[i++];
  });
  if (error) return *error;
  return sum / kReferenceTokens;
}

// A description of the picture, from its file on; or, of a model without an eye, a reply in words.
Result<Reply> Describe(Session& session, const ModelInfo& info, const CompareWork& work) {
  const DecodeOptions decode = {.max_tokens = work.max_tokens};
  session.Reset();
  if (info.vision_encoder.empty()) {
    const Message message = {.role = Role::kUser, .parts = {{.text = "Tell me about the sea."}}};
    return session.Chat({&message, 1}, decode);
  }
  if (auto error = session.SetImage(work.picture)) return *error;
  return session.Caption(decode);
}

double Share(int part, int whole) { return whole == 0 ? 0 : static_cast<double>(part) / whole; }

// Times the reply and notes what it says of itself.
Result<Reply> MeasureReplies(Session& session, const ModelInfo& info, const CompareWork& work,
                             CompareRow& row) {
  std::vector<double> first_ms, rates;
  Result<Reply> reply = Describe(session, info, work);  // warms up
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
  row.cache_bytes = reply->cache_bytes;
  row.resident_bytes = ReadSystem().resident;
  return reply;
}

// The reply of the plain run, and the reference; empty while that is the one under way.
struct Plain {
  std::string reply;
  std::optional<Reference> reference;
};

MaybeError RunVariant(const CompareWork& work, const Variant& variant, Plain& plain,
                      CompareRow& row) {
  const Result<Engine> engine = work.load(variant.model);
  if (!engine) return engine.error();
  const ModelInfo& info = engine->info();
  Session session(*engine);
  const Result<Reply> reply = MeasureReplies(session, info, work, row);
  if (!reply) return reply.error();
  if (variant.model.speculation.drafter != "off") {
    row.accepted = Share(reply->accepted_tokens, reply->drafted_tokens);
  }
  if (variant.model.early_exit.mode == EarlyExit::kExit) {
    row.early = Share(reply->early_tokens, reply->reply_tokens);
  }
  if (!plain.reference) {
    Result<Reference> reference = MakeReference(session, info);
    if (!reference) return reference.error();
    plain = {.reply = reply->text, .reference = *std::move(reference)};
  }
  row.same_reply = reply->text == plain.reply;
  const Result<double> divergence = MeanDivergence(session, info, *plain.reference);
  if (!divergence) return divergence.error();
  row.divergence = *divergence;
  if (work.labelled == nullptr) return {};
  EvaluateOptions options;
  options.blank = false;
  const Result<Evaluation> evaluation = Evaluate(*engine, *work.labelled, options);
  if (!evaluation) return evaluation.error();
  row.answers = evaluation->seen.AllQuestions().Accuracy();
  return {};
}

// P of the model, which sizes of caches go by.
Result<int> ImageTokens(const CompareWork& work) {
  const Result<Engine> engine = work.load(work.model);
  if (!engine) return engine.error();
  return engine->info().image_tokens;
}

}  // namespace

Result<std::vector<CompareRow>> Compare(const CompareWork& work,
                                        const std::function<void(const std::string&)>& on_row) {
  const Result<int> image_tokens = ImageTokens(work);
  if (!image_tokens) return image_tokens.error();
  std::vector<CompareRow> rows;
  Plain plain;
  for (const Variant& variant : Variants(work.model, *image_tokens)) {
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
