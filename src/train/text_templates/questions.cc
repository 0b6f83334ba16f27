#include "train/text_templates/questions.h"

#include <array>
#include <set>
#include <span>
#include <utility>

#include "train/text_templates/groups.h"
#include "train/text_templates/phrases.h"
#include "train/text_templates/pick_one.h"
#include "train/text_templates/question_templates.h"
#include "train/text_templates/synonyms.h"
#include "train/text_templates/typing.h"

namespace edgevlm::train {
namespace {

struct WeightedTemplate {
  int weight;
  QuestionTemplate ask;
};

// Kinds that few scenes allow have a higher weight, so that each kind is frequent enough over all
// scenes.
constexpr WeightedTemplate kPlainTemplates[] = {
    {3, AskWhat},      {3, AskCount},      {3, AskColor},  {6, AskWhere},
    {9, AskLeftRight}, {9, AskAboveBelow}, {3, AskExists}, {6, AskDisplay},
};
constexpr WeightedTemplate kTemplates[] = {
    {6, AskWhat},       {5, AskCount},        {6, AskColor},     {8, AskWhere},
    {9, AskLeftRight},  {9, AskAboveBelow},   {3, AskExists},    {8, AskDisplay},
    {6, AskList},       {4, AskDescription},  {3, AskExistsAny}, {3, AskCategory},
    {4, AskUsualColor}, {5, AskSize},         {6, AskCheck},     {4, AskComparison},
    {3, AskAbsent},     {2, AskUnanswerable}, {2, AskNothing},   {6, AskEither},
};
// In training the kinds that are hard to tell by their words get more practice than their share of
// what people ask. The held-out questions keep theirs, so that their scores stay comparable.
constexpr WeightedTemplate kTrainedTemplates[] = {
    {6, AskWhat},
    {5, AskCount},
    {5, AskColor},
    {7, AskWhere},
    {9, AskLeftRight},
    {9, AskAboveBelow},
    {3, AskExists},
    {9, AskDisplay},
    {9, AskList},
    {7, AskDescription},
    {4, AskExistsAny},
    {7, AskCategory},
    {4, AskUsualColor},
    {9, AskSize},
    {7, AskCheck},
    {8, AskComparison},
    {3, AskAbsent},
    {3, AskUnanswerable},
    {2, AskNothing},
    {9, AskEither},
    {3, AskBothOrNeither},
    {3, AskMissingInstrument},
    {8, AskColored},
    {2, AskKinds},
    {4, AskNearest},
    {5, AskSizeCheck},
    {9, AskMixed},
    {6, AskAmongColors},
    {3, AskSameColor},
    {9, AskDigits},
    {3, AskText},
    {3, CheckUsualColor},
    {4, CheckColorOfSeveral},
    {3, AskAnythingOfColor},
};
constexpr WeightedTemplate kInstrumentTemplates[] = {
    {40, AskReading},
    {6, AskWhat},
    {5, AskCount},
    {6, AskColor},
    {7, AskWhere},
    {9, AskLeftRight},
    {9, AskAboveBelow},
    {3, AskExists},
    {9, AskList},
    {7, AskDescription},
    {4, AskExistsAny},
    {4, AskCategory},
    {4, AskSize},
    {7, AskCheck},
    {4, AskComparison},
    {3, AskAbsent},
    {2, AskUnanswerable},
    {9, AskEither},
    {3, AskMissingInstrument},
    {4, AskColored},
    {2, AskSizeCheck},
};
constexpr WeightedTemplate kEmptySceneTemplates[] = {
    {2, AskCount},       {2, AskExists}, {2, AskExistsAny},    {1, AskCategory}, {4, AskList},
    {4, AskDescription}, {3, AskAbsent}, {1, AskUnanswerable}, {1, AskNothing},
};

// How often a template may repeat an earlier question before its kind counts as exhausted.
constexpr int kAttempts = 6;

// Of questions with a plain wording, in training.
constexpr float kPlainFraction = 0.25f;
constexpr float kSynonymFraction = 0.15f;
constexpr float kRephrasedFraction = 0.4f;  // of locations and categories
// Two questions at once; more in training, where a reply of two parts is hard to learn.
constexpr float kTwoFraction = 0.03f;
constexpr float kTrainedTwoFraction = 0.12f;
// Sentences that ask nothing before the question.
constexpr float kPreambleFraction = 0.03f;
constexpr int kMaxPreamble = 6;
// Beside an image, more does not fit the context of a small model.
constexpr std::size_t kMaxQuestionBytes = 180;
constexpr float kLongTalkFraction = 0.3f;
// The second question of a conversation: one that depends on the first, or any other.
constexpr float kFollowUpFraction = 0.07f;
constexpr float kLaterFraction = 0.05f;

std::span<const WeightedTemplate> TemplatesFor(const std::vector<PlacedGroup>& groups,
                                               Wording wording) {
  if (groups.empty()) return kEmptySceneTemplates;
  if (wording == Wording::kPlain) return kPlainTemplates;
  if (HasInstrument(groups)) return kInstrumentTemplates;
  if (wording == Wording::kTrained) return kTrainedTemplates;
  return kTemplates;
}

std::size_t ChooseTemplate(const std::vector<WeightedTemplate>& question_templates,
                           std::mt19937_64& rng) {
  int total = 0;
  for (const WeightedTemplate& question_template : question_templates) {
    total += question_template.weight;
  }
  int drawn = UniformInt(rng, total);
  std::size_t chosen = 0;
  while (drawn >= question_templates[chosen].weight) drawn -= question_templates[chosen++].weight;
  return chosen;
}

std::string SmallTalk(Wording wording, std::mt19937_64& rng) {
  return DrawWording(QuestionForm::kChat, wording, rng);
}

// The question in other words, not yet as people type it.
void Reword(Wording wording, QuestionAnswer& asked, std::mt19937_64& rng) {
  if (asked.kind == "noquestion" && !asked.question.empty()) return;  // has words of its own
  const std::string pattern = DrawWording(asked.form, wording, rng);
  std::vector<std::string> parts = asked.parts;
  for (std::string& part : parts) {
    if (Bernoulli(rng, kSynonymFraction)) part = WithSynonym(part, rng);
    if (wording == Wording::kTrained && Bernoulli(rng, kRephrasedFraction)) {
      part = Rephrased(part, rng);
    }
  }
  asked.question = Fill(pattern, parts);
  if (asked.form != QuestionForm::kChat || !Bernoulli(rng, kLongTalkFraction)) return;
  for (int count = 1 + UniformInt(rng, kMaxPreamble); count > 0; --count) {
    asked.question += ". " + SmallTalk(wording, rng);
  }
}

// Joins two questions about one scene, and their answers.
QuestionAnswer Joined(QuestionAnswer first, const QuestionAnswer& second, std::mt19937_64& rng) {
  constexpr std::array<std::string_view, 4> kBetween = {"? ", " and ", ", and ", "? and "};
  if (first.question.ends_with('?')) first.question.pop_back();
  return {"two",
          first.question + std::string(PickOne(rng, kBetween)) + second.question,
          first.answer + "; " + second.answer,
          first.form,
          {}};
}

// The same with more ways of joining, for training.
QuestionAnswer JoinedFreely(QuestionAnswer first, QuestionAnswer second, std::mt19937_64& rng) {
  constexpr std::string_view kPattern =
      "[|||two questions: |tell me two things: |first, |1. |i have two questions: ]{0}[? |? |. |; "
      "|, | and | and |, and |? and |? also, | and also |? then | plus |? besides, |? second, |? "
      "2. "
      "|? and then ]{1}";
  for (QuestionAnswer* part : {&first, &second}) {
    if (part->question.ends_with('?')) part->question.pop_back();
  }
  const std::string end = Bernoulli(rng, 0.8f) ? "?" : "";
  return {"two",
          Fill(ExpandWording(kPattern, rng), {first.question, second.question}) + end,
          first.answer + "; " + second.answer,
          first.form,
          {}};
}

// Whether the question can be one of two: both must have a short answer.
bool CanBeJoined(const QuestionAnswer& asked) {
  constexpr std::array<std::string_view, 5> kKinds = {"count", "colour", "where", "exists",
                                                      "display"};
  return std::ranges::find(kKinds, asked.kind) != kKinds.end();
}

class QuestionSource {
 public:
  QuestionSource(const std::vector<PlacedGroup>& groups, Wording wording, std::mt19937_64& rng)
      : groups_(groups), wording_(wording), rng_(rng) {
    const auto all = TemplatesFor(groups, wording);
    question_templates_.assign(all.begin(), all.end());
  }

  // The next question; none if the scene allows no more.
  std::optional<QuestionAnswer> Next() {
    if (wording_ != Wording::kPlain && !groups_.empty() && Bernoulli(rng_, kFollowUpFraction)) {
      if (auto turns = AskFollowUp(groups_, rng_)) {
        auto& [first, then] = *turns;
        for (QuestionAnswer& turn : *turns) {
          Reword(wording_, turn, rng_);
          turn.question = AsTyped(turn.question, rng_);
        }
        return After(first, std::move(then));
      }
    }
    auto asked = NextAlone();
    if (asked && wording_ != Wording::kPlain && Bernoulli(rng_, kLaterFraction)) {
      if (const auto first = NextAlone()) return After(*first, *std::move(asked));
    }
    return asked;
  }

 private:
  static QuestionAnswer After(const QuestionAnswer& first, QuestionAnswer then) {
    then.question = first.question + kNextTurn + first.answer + kNextTurn + then.question;
    return then;
  }

  std::optional<QuestionAnswer> NextAlone() {
    while (!question_templates_.empty()) {
      const std::size_t chosen = ChooseTemplate(question_templates_, rng_);
      // Drawn once for all attempts: redrawing would favor the answer with more possible questions.
      const bool yes = Bernoulli(rng_, 0.5f) && !groups_.empty();
      for (int attempt = 0; attempt < kAttempts; ++attempt) {
        std::optional<QuestionAnswer> drawn = question_templates_[chosen].ask(groups_, yes, rng_);
        if (!drawn && wording_ == Wording::kPlain) break;  // another attempt gives none either
        if (!drawn) continue;
        if (wording_ != Wording::kPlain) Word(*drawn);
        if (drawn->question.size() > kMaxQuestionBytes) continue;
        if (asked_.insert(drawn->question).second) return drawn;
      }
      question_templates_.erase(question_templates_.begin() + static_cast<std::ptrdiff_t>(chosen));
    }
    return std::nullopt;
  }

  void Word(QuestionAnswer& asked) {
    const bool has_plain = !asked.question.empty() && asked.kind != "noquestion";
    const bool stays =
        wording_ == Wording::kTrained && has_plain && Bernoulli(rng_, kPlainFraction);
    if (!stays) Reword(wording_, asked, rng_);
    if (stays && Bernoulli(rng_, 0.5f)) return;  // in its old spelling too
    const bool trains = wording_ == Wording::kTrained;
    if (CanBeJoined(asked) && Bernoulli(rng_, trains ? kTrainedTwoFraction : kTwoFraction)) {
      if (auto second = AskCount(groups_, false, rng_)) {
        Reword(wording_, *second, rng_);
        asked = trains ? JoinedFreely(asked, *second, rng_) : Joined(asked, *second, rng_);
      }
    }
    if (Bernoulli(rng_, kPreambleFraction)) {
      for (int count = 1 + UniformInt(rng_, kMaxPreamble); count > 0; --count) {
        asked.question.insert(0, SmallTalk(wording_, rng_) + ". ");
      }
    }
    asked.question = AsTyped(asked.question, rng_);
  }

  const std::vector<PlacedGroup>& groups_;
  Wording wording_;
  std::mt19937_64& rng_;
  std::vector<WeightedTemplate> question_templates_;
  std::set<std::string> asked_;
};

}  // namespace

std::vector<QuestionAnswer> Questions(const Scene& scene, int count, Wording wording,
                                      std::mt19937_64& rng) {
  std::vector<QuestionAnswer> result;
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  if (groups.empty() && wording == Wording::kPlain) return result;
  QuestionSource source(groups, wording, rng);
  while (static_cast<int>(result.size()) < count) {
    std::optional<QuestionAnswer> asked = source.Next();
    if (!asked) break;
    result.push_back(*std::move(asked));
  }
  return result;
}

}  // namespace edgevlm::train
