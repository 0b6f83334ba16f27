#include "train/data/sample.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "train/scenes/draw.h"
#include "train/scenes/random.h"
#include "train/text_templates/captions.h"
#include "train/text_templates/mentions.h"
#include "train/text_templates/questions.h"
#include "train/torch.h"

namespace edgevlm::train {
namespace {

int KindIndex(const std::string& kind) {
  const auto* found = std::find(kTextKinds.begin(), kTextKinds.end(), kind);
  CHECK(found != kTextKinds.end());
  return static_cast<int>(found - kTextKinds.begin());
}

// Loss weights. Captions are long, and half of their tokens are a matter of phrasing; an answer has
// two tokens, which are both facts. An answer about two things is one bit that is hard to learn.
constexpr float kCaptionWeight = 0.8f;
constexpr float kComparisonWeight = 1.5f;

// Of varied scenes, those that show nothing.
constexpr float kEmptyFraction = 0.04f;

// Whether the replies of this kind are as long as captions.
bool IsLong(const std::string& kind) { return kind == "list" || kind == "describe"; }

bool Compares(int kind) {
  const std::string_view name = kTextKinds[static_cast<std::size_t>(kind)];
  return name == "leftright" || name == "abovebelow";
}

std::vector<Text> TextsOf(const Scene& scene, const SampleOptions& options, std::mt19937_64& rng) {
  std::vector<Text> texts;
  for (int i = 0; i < options.captions; ++i) {
    texts.push_back({.reply = Caption(scene, rng), .weight = kCaptionWeight});
  }
  for (const QuestionAnswer& qa : Questions(scene, options.questions, options.wording, rng)) {
    const int kind = KindIndex(qa.kind);
    texts.push_back({.kind = kind,
                     .question = qa.question,
                     .reply = qa.answer,
                     .weight = Compares(kind)    ? kComparisonWeight
                               : IsLong(qa.kind) ? kCaptionWeight
                                                 : 1.0f});
  }
  // Texts that do not fit are dropped, most often questions about two things, which are long and
  // need the most practice. So in half of the samples these come first.
  if (Bernoulli(rng, 0.5f)) {
    std::stable_partition(texts.begin() + options.captions, texts.end(),
                          [](const Text& text) { return Compares(text.kind); });
  }
  return texts;
}

// Finds the names in the texts; cell_of maps a point of the image to its cell.
template <class CellOfPoint>
void AddMentions(const Scene& scene, const CellOfPoint& cell_of, std::vector<Text>& texts) {
  const std::vector<PlacedGroup> groups = PlacedGroups(scene);
  for (Text& text : texts) {
    for (const bool in_reply : {false, true}) {
      for (const Mention& mention : Mentions(in_reply ? text.reply : text.question, groups)) {
        const int cell = mention.center ? cell_of(*mention.center) : TextMention::kNowhere;
        text.mentions.push_back({in_reply, mention.end, cell});
      }
    }
  }
}

// Stacks a field of all samples into [B, shape...].
template <class T, class Field>
torch::Tensor StackField(std::span<const Sample> samples, std::vector<std::int64_t> shape,
                         const Field& field) {
  shape.insert(shape.begin(), static_cast<std::int64_t>(samples.size()));
  torch::Tensor stacked = torch::empty(shape, torch::CppTypeToScalarType<T>::value);
  T* out = stacked.data_ptr<T>();
  for (const Sample& sample : samples) {
    const std::vector<T>& values = field(sample);
    out = std::copy(values.begin(), values.end(), out);
  }
  CHECK(out == stacked.data_ptr<T>() + stacked.numel());
  return stacked;
}

}  // namespace

Preprocessing BuiltinPreprocessing(int image_side) { return {.size = image_side}; }

Sample MakeSample(const SampleOptions& options, const Glyphs& glyphs, const Tokenizer& tokenizer,
                  std::mt19937_64& rng, ThreadPool& pool) {
  Scene scene = Compose({.split = options.split}, rng);
  scene.nameless_colors = Bernoulli(rng, options.nameless);
  scene.varied = options.varied > 0 && Bernoulli(rng, options.varied);
  if (scene.varied && options.wording != Wording::kPlain && Bernoulli(rng, kEmptyFraction)) {
    scene.things.clear();
  }
  if (scene.varied) scene.style = UniformInt(rng, glyphs.styles());
  const Image image = Draw(scene, glyphs);
  const int side = options.image_side;

  Sample sample;
  sample.pixels.resize(static_cast<std::size_t>(side * side * 3));
  Preprocess(image, BuiltinPreprocessing(side), View<float>(sample.pixels.data(), side * side, 3),
             pool);
  const Letterbox letterbox = FitInto(image.width, image.height, side);
  sample.grid = TargetsOf(scene, letterbox, side, options.grid);
  std::vector<Text> texts;
  if (!scene.nameless_colors) texts = TextsOf(scene, options, rng);
  const auto cell_of = [&](const Point& point) {
    return CellOf(point, letterbox, side, options.grid);
  };
  AddMentions(scene, cell_of, texts);
  sample.texts =
      PackTexts(texts, tokenizer, options.rows, options.length, options.grid * options.grid);
  return sample;
}

Batch Stack(std::span<const Sample> samples, const SampleOptions& options) {
  const std::int64_t S = options.image_side, P = options.grid * options.grid;
  const std::int64_t M = options.rows, L = options.length;
  using Ids = std::int64_t;
  Batch batch;
  batch.images = StackField<float>(
                     samples, {S, S, 3}, [](const Sample& s) -> const auto& { return s.pixels; })
                     .permute({0, 3, 1, 2});
  const auto& grid = [&](auto field) {
    return StackField<Ids>(
        samples, {P}, [=](const Sample& s) -> const auto& { return s.grid.*field; });
  };
  batch.cover = grid(&GridTargets::cover);
  batch.color = grid(&GridTargets::color);
  batch.digit = grid(&GridTargets::digit);
  batch.number = grid(&GridTargets::number);
  batch.center = StackField<float>(
      samples, {P}, [](const Sample& s) -> const auto& { return s.grid.center; });
  batch.box = StackField<float>(
      samples, {P, 4}, [](const Sample& s) -> const auto& { return s.grid.box; });
  const auto& text = [&](auto field) {
    return StackField<Ids>(
        samples, {M, L}, [=](const Sample& s) -> const auto& { return s.texts.*field; });
  };
  batch.ids = text(&TextRows::ids);
  batch.positions = text(&TextRows::positions);
  batch.labels = text(&TextRows::labels);
  batch.mentions = text(&TextRows::mentions);
  batch.earlier = text(&TextRows::earlier);
  batch.weights = StackField<float>(
      samples, {M, L}, [](const Sample& s) -> const auto& { return s.texts.weights; });
  batch.text_starts = StackField<std::int32_t>(
      samples, {M, L}, [](const Sample& s) -> const auto& { return s.texts.starts; });
  for (const Sample& sample : samples) batch.spans.push_back(sample.texts.spans);
  return batch;
}

Batch FirstOf(const Batch& batch, std::int64_t images) {
  Batch first = batch;
  constexpr torch::Tensor Batch::*kFields[] = {
      &Batch::images, &Batch::cover,    &Batch::color,       &Batch::digit,  &Batch::number,
      &Batch::center, &Batch::box,      &Batch::weights,     &Batch::ids,    &Batch::positions,
      &Batch::labels, &Batch::mentions, &Batch::text_starts, &Batch::earlier};
  for (const auto field : kFields) first.*field = (first.*field).narrow(0, 0, images);
  first.spans.resize(static_cast<std::size_t>(images));
  return first;
}

}  // namespace edgevlm::train
