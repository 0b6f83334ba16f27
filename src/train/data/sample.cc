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
  const std::optional<int> found = FindTextKind(kind);
  CHECK(found.has_value());
  return *found;
}

// Loss weights. Captions are long, and half of their tokens are a matter of phrasing; an answer has
// two tokens, which are both facts. An answer about two things is one bit that is hard to learn.
constexpr float kCaptionWeight = 0.8f;
constexpr float kComparisonWeight = 1.5f;

// Of varied scenes, those that show nothing.
constexpr float kEmptyFraction = 0.04f;

std::string_view NameOfKind(int kind) { return kTextKinds[static_cast<std::size_t>(kind)]; }

bool Compares(std::string_view kind) { return kind == "leftright" || kind == "abovebelow"; }

std::vector<Text> TextsOf(const Scene& scene, const SampleOptions& options, std::mt19937_64& rng) {
  std::vector<Text> texts;
  for (int i = 0; i < options.captions; ++i) {
    texts.push_back({.reply = Caption(scene, rng), .weight = TextWeight(kTextKinds[0])});
  }
  for (const QuestionAnswer& qa : Questions(scene, options.questions, options.wording, rng)) {
    texts.push_back({.kind = KindIndex(qa.kind),
                     .question = qa.question,
                     .reply = qa.answer,
                     .weight = TextWeight(qa.kind)});
  }
  // Texts that do not fit are dropped, most often questions about two things, which are long and
  // need the most practice. So in half of the samples these come first.
  if (Bernoulli(rng, 0.5f)) {
    std::stable_partition(texts.begin() + options.captions, texts.end(),
                          [](const Text& text) { return Compares(NameOfKind(text.kind)); });
  }
  return texts;
}

// Of an image whose cells are not known: the losses of the grid heads ignore it (Batch::has_grid).
GridTargets UnknownTargets(int grid) {
  const auto cells = static_cast<std::size_t>(grid * grid);
  const std::vector<std::int64_t> nothing(cells, 0);
  return {.cover = nothing,
          .color = std::vector<std::int64_t>(cells, -1),
          .digit = nothing,
          .number = nothing,
          .center = std::vector<float>(cells, 0.0f),
          .box = std::vector<float>(4 * cells, 0.0f),
          .reading = std::vector<std::int64_t>(kMaxDigits * cells, -1),
          .pointers = std::vector<float>(4 * cells, 0.0f)};
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

std::optional<int> FindTextKind(std::string_view kind) {
  const auto* found = std::find(kTextKinds.begin(), kTextKinds.end(), kind);
  if (found == kTextKinds.end()) return std::nullopt;
  return static_cast<int>(found - kTextKinds.begin());
}

float TextWeight(std::string_view kind) {
  if (Compares(kind)) return kComparisonWeight;
  const bool is_long = kind == kTextKinds[0] || kind == "list" || kind == "describe";
  return is_long ? kCaptionWeight : 1.0f;
}

Example MakeExample(const SampleOptions& options, const Glyphs& glyphs, std::mt19937_64& rng) {
  const bool is_varied = options.varied > 0 && Bernoulli(rng, options.varied);
  Scene scene = Compose({.split = options.split,
                         .instruments = is_varied ? options.instruments : 0,
                         .displays = is_varied ? options.displays : ComposeOptions().displays,
                         .small_displays = is_varied ? options.small_displays : 0},
                        rng);
  scene.nameless_colors = Bernoulli(rng, options.nameless);
  scene.varied = is_varied;
  if (scene.varied && options.wording != Wording::kPlain && Bernoulli(rng, kEmptyFraction)) {
    scene.things.clear();
  }
  if (scene.varied) scene.style = UniformInt(rng, glyphs.styles());
  scene.stylized = scene.varied && options.stylized > 0 && Bernoulli(rng, options.stylized);
  Example example = {.image = Draw(scene, glyphs)};
  if (!scene.nameless_colors) example.texts = TextsOf(scene, options, rng);
  example.scene = std::move(scene);
  return example;
}

Sample MakeSample(const SampleOptions& options, Example example, const Tokenizer& tokenizer,
                  ThreadPool& pool) {
  const int side = options.image_side;
  const Image& image = example.image;
  Sample sample;
  sample.pixels.resize(static_cast<std::size_t>(side * side * 3));
  Preprocess(image, BuiltinPreprocessing(side), View<float>(sample.pixels.data(), side * side, 3),
             pool);
  const Letterbox letterbox = FitInto(image.width, image.height, side);
  sample.has_grid = example.scene.has_value();
  if (sample.has_grid) {
    sample.grid = TargetsOf(*example.scene, letterbox, side, options.grid);
    const auto cell_of = [&](const Point& point) {
      return CellOf(point, letterbox, side, options.grid);
    };
    AddMentions(*example.scene, cell_of, example.texts);
  } else {
    sample.grid = UnknownTargets(options.grid);
  }
  sample.texts = PackTexts(example.texts, tokenizer, options.rows, options.length,
                           options.grid * options.grid);
  return sample;
}

Sample MakeSample(const SampleOptions& options, const Glyphs& glyphs, const Tokenizer& tokenizer,
                  std::mt19937_64& rng, ThreadPool& pool) {
  return MakeSample(options, MakeExample(options, glyphs, rng), tokenizer, pool);
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
  batch.reading = StackField<Ids>(
      samples, {P, kMaxDigits}, [](const Sample& s) -> const auto& { return s.grid.reading; });
  batch.pointers = StackField<float>(
      samples, {P, 4}, [](const Sample& s) -> const auto& { return s.grid.pointers; });
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
  for (const Sample& sample : samples) {
    batch.spans.push_back(sample.texts.spans);
    batch.has_grid = batch.has_grid && sample.has_grid;
    if (sample.teaching != nullptr) batch.teachings.push_back(sample.teaching);
  }
  CHECK(batch.teachings.empty() || batch.teachings.size() == samples.size());
  return batch;
}

Batch FirstOf(const Batch& batch, std::int64_t images) {
  Batch first = batch;
  constexpr torch::Tensor Batch::*kFields[] = {
      &Batch::images,      &Batch::cover,     &Batch::color,   &Batch::digit,
      &Batch::number,      &Batch::center,    &Batch::box,     &Batch::weights,
      &Batch::ids,         &Batch::positions, &Batch::labels,  &Batch::mentions,
      &Batch::text_starts, &Batch::earlier,   &Batch::reading, &Batch::pointers};
  for (const auto field : kFields) first.*field = (first.*field).narrow(0, 0, images);
  first.spans.resize(static_cast<std::size_t>(images));
  if (!first.teachings.empty()) first.teachings.resize(static_cast<std::size_t>(images));
  return first;
}

}  // namespace edgevlm::train
