#include "eval/evaluate.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/mapped_file.h"
#include "base/threads.h"
#include "eval/words.h"

namespace edgevlm {
namespace {

constexpr int kBlankSide = 64;
constexpr std::uint8_t kMidGray = 128;
// Kinds of questions.
constexpr const char* kDescribe = "describe";
constexpr const char* kList = "list";

// The replies about one image, real or blank.
struct Replies {
  std::string caption;
  std::vector<std::string> answers;   // one per question of the label
  std::vector<double> probabilities;  // of these answers; empty for the blank image
  LikelihoodScore likelihood;         // of the label's captions
  DepthScore depth;
};

// Cache of the answers about the blank image, which depend on the question only. Threads: any.
class BlankAnswers {
 public:
  // Calls `ask` for a question that is not in the cache.
  template <class Ask>
  Result<std::string> Find(const std::string& question, const Ask& ask) {
    {
      const std::scoped_lock lock(mutex_);
      const auto found = answers_.find(question);
      if (found != answers_.end()) return found->second;
    }
    Result<std::string> answer = ask(question);
    if (!answer) return answer;
    const std::scoped_lock lock(mutex_);
    return answers_.emplace(question, *answer).first->second;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> answers_;
};

// The text of a reply; adds its tokens to the depth score.
Result<std::string> TextOf(Result<Reply> reply, DepthScore& depth) {
  if (!reply) return reply.error();
  depth.Add({.tokens = reply->reply_tokens,
             .early = reply->early_tokens,
             .blocks = std::llround(reply->blocks_per_token * reply->reply_tokens)});
  return std::move(reply->text);
}

std::string Joined(const Facts& facts) {
  std::string text;
  for (const std::string& fact : facts) text += (text.empty() ? "" : ", ") + fact;
  return text;
}

class Evaluator {
 public:
  Evaluator(const Engine& engine, const Dataset& dataset, const EvaluateOptions& options)
      : engine_(engine), dataset_(dataset), options_(options), known_(dataset.images) {}

  Result<Evaluation> EvaluateAll() {
    if (auto error = PrepareBlankImage()) return *error;
    const int total = static_cast<int>(dataset_.images.size());
    RunWorkers(std::min(options_.workers, total));
    if (error_) return *error_;
    evaluation_.images = total;
    return std::move(evaluation_);
  }

 private:
  DecodeOptions Greedy() const {
    DecodeOptions greedy;
    greedy.max_tokens = options_.max_tokens;
    greedy.with_probability = true;
    return greedy;
  }

  MaybeError PrepareBlankImage() {
    if (!options_.blank) return {};
    const std::vector<std::uint8_t> gray(std::size_t{kBlankSide} * kBlankSide * 3, kMidGray);
    Result<EncodedImage> image = engine_.EncodeImage(PixelsView{kBlankSide, kBlankSide, gray});
    if (!image) return image.error();
    blank_image_ = *std::move(image);
    Session session(engine_);
    if (auto error = session.SetImage(blank_image_)) return error;
    DepthScore ignored;
    Result<std::string> caption = TextOf(session.Caption(Greedy()), ignored);
    if (!caption) return caption.error();
    blank_caption_ = *std::move(caption);
    evaluation_.blank.emplace();
    return {};
  }

  void RunWorkers(int count) {
    const auto work = [this] {
      try {
        ProcessImages();
      } catch (...) {
        failed_ = true;  // stops the other workers
        throw;
      }
    };
    JoiningThreads others;
    try {
      for (int i = 1; i < count; ++i) others.Start("images side by side", work);
    } catch (...) {
      failed_ = true;
      throw;
    }
    work();
    others.Join();
  }

  // Evaluates images until none is left or one failed.
  void ProcessImages() {
    Session session(engine_);
    Session blank(engine_);
    if (options_.blank) {
      if (auto error = blank.SetImage(blank_image_)) return Fail(*std::move(error));
    }
    const int total = static_cast<int>(dataset_.images.size());
    for (int i = next_++; i < total && !failed_; i = next_++) {
      const LabeledImage& label = dataset_.images[static_cast<std::size_t>(i)];
      if (auto error = EvaluateImage(label, session, blank)) {
        return Fail(error->In(dataset_.folder + "/" + label.image));
      }
    }
  }

  MaybeError EvaluateImage(const LabeledImage& label, Session& session, Session& blank) {
    const auto file = MappedFile::Open(dataset_.folder + "/" + label.image);
    if (!file) return file.error();
    const auto image = engine_.EncodeImage(file->bytes());
    if (!image) return image.error();
    if (auto error = session.SetImage(*image)) return error;
    const Result<Replies> replies = AskAboutImage(label, *image, session);
    if (!replies) return replies.error();
    std::optional<Replies> blank_replies;
    if (options_.blank) {
      Result<Replies> asked = AskAboutBlank(label, blank);
      if (!asked) return asked.error();
      blank_replies = *std::move(asked);
    }
    const std::scoped_lock lock(mutex_);
    evaluation_.with_images.Add(ScoreOf(*replies, label, options_.on_sample));
    if (blank_replies) evaluation_.blank->Add(ScoreOf(*blank_replies, label, {}));
    ++done_;
    if (options_.on_image) {
      options_.on_image(done_, static_cast<int>(dataset_.images.size()));
    }
    return {};
  }

  Result<Replies> AskAboutImage(const LabeledImage& label, const EncodedImage& image,
                                Session& session) {
    Replies replies;
    Result<std::string> caption = TextOf(session.Caption(Greedy()), replies.depth);
    if (!caption) return caption.error();
    replies.caption = *std::move(caption);
    for (const LabeledQuestion& question : label.questions) {
      Result<Reply> reply = session.Ask(question.question, Greedy());
      replies.probabilities.push_back(reply ? reply->probability.value_or(0) : 0);
      Result<std::string> answer = TextOf(std::move(reply), replies.depth);
      if (!answer) return answer.error();
      replies.answers.push_back(*std::move(answer));
    }
    if (auto error = AddLikelihood(label, image, replies.likelihood)) return *error;
    return replies;
  }

  Result<Replies> AskAboutBlank(const LabeledImage& label, Session& session) {
    Replies replies;
    replies.caption = blank_caption_;
    const auto ask = [&](const std::string& question) {
      return TextOf(session.Ask(question, Greedy()), replies.depth);
    };
    for (const LabeledQuestion& question : label.questions) {
      Result<std::string> answer = blank_answers_.Find(question.question, ask);
      if (!answer) return answer.error();
      replies.answers.push_back(*std::move(answer));
    }
    if (auto error = AddLikelihood(label, blank_image_, replies.likelihood)) return *error;
    return replies;
  }

  MaybeError AddLikelihood(const LabeledImage& label, const EncodedImage& image,
                           LikelihoodScore& score) const {
    for (const std::string& caption : label.captions) {
      const auto likelihood = engine_.CaptionLikelihood(image, caption);
      if (!likelihood) return likelihood.error();
      score.Add({.tokens = likelihood->tokens, .log_probability = likelihood->log_probability});
    }
    return {};
  }

  Score ScoreOf(const Replies& replies, const LabeledImage& label,
                const std::function<void(const Sample&)>& on_sample) const {
    Score score;
    const Facts labeled = FactsOf(label.things);
    const Facts stated = FactsIn(replies.caption, known_);
    score.facts.Add(stated, labeled);
    std::set<std::string> names;
    for (const LabeledThing& thing : label.things) names.insert(thing.name);
    for (const std::string& name : names) {
      score.names.Add({.asked = 1, .right = stated.contains(name) ? 1 : 0});
    }
    score.likelihood = replies.likelihood;
    score.depth = replies.depth;
    if (on_sample) {
      on_sample({label.image, "caption", "", Joined(labeled), replies.caption, stated == labeled});
    }
    for (std::size_t i = 0; i < label.questions.size(); ++i) {
      const LabeledQuestion& asked = label.questions[i];
      const bool right = IsRight(asked, replies.answers[i], labeled);
      score.questions[asked.kind].Add({.asked = 1, .right = right ? 1 : 0});
      if (!replies.probabilities.empty()) score.calibration.Add(replies.probabilities[i], right);
      if (on_sample) {
        on_sample(
            {label.image, asked.kind, asked.question, asked.answer, replies.answers[i], right});
      }
    }
    return score;
  }

  // A description may be worded in many ways, and a list may have any order, so they are judged by
  // their facts.
  bool IsRight(const LabeledQuestion& asked, const std::string& answer,
               const Facts& labeled) const {
    if (asked.kind == kDescribe) return FactsIn(answer, known_) == labeled;
    const Facts expected = FactsIn(asked.answer, known_);
    if (asked.kind == kList && !expected.empty()) return FactsIn(answer, known_) == expected;
    return NormalizeAnswer(answer) == NormalizeAnswer(asked.answer);
  }

  void Fail(Error error) {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    failed_ = true;
  }

  const Engine& engine_;
  const Dataset& dataset_;
  const EvaluateOptions& options_;
  const KnownNames known_;
  EncodedImage blank_image_;
  std::string blank_caption_;
  BlankAnswers blank_answers_;
  std::atomic<int> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::mutex mutex_;  // guards all below
  int done_ = 0;
  Evaluation evaluation_;
  MaybeError error_;
};

}  // namespace

Result<Evaluation> Evaluate(const Engine& engine, const Dataset& dataset,
                            const EvaluateOptions& options) {
  return Evaluator(engine, dataset, options).EvaluateAll();
}

}  // namespace edgevlm
