#include "train/distil/teacher_samples.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <utility>

#include "tensor/half.h"

namespace edgevlm::train {
namespace {

constexpr std::size_t kMeasuredRecords = 64;  // for the share of probability that maps
constexpr double kLeastShare = 0.1;           // below, the vocabularies do not fit
constexpr std::uint64_t kMostReplacements = 1000;

torch::Tensor TensorOf(std::span<const std::uint16_t> halves) {
  torch::Tensor tensor = torch::empty({static_cast<std::int64_t>(halves.size())}, torch::kHalf);
  std::memcpy(tensor.data_ptr(), halves.data(), halves.size_bytes());
  return tensor.to(torch::kFloat32);
}

torch::Tensor MatrixOf(const HalfRows& rows) {
  return TensorOf(rows.values).view({rows.rows, rows.cols});
}

// The full matrix of a packed triangle, [rows, rows].
torch::Tensor SymmetricOf(std::span<const std::uint16_t> packed, int rows) {
  torch::Tensor full = torch::empty({rows, rows});
  auto values = full.accessor<float, 2>();
  std::size_t next = 0;
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j <= i; ++j) {
      values[i][j] = HalfToFloat(packed[next++]);
      values[j][i] = values[i][j];
    }
  }
  return full;
}

// Rows of mapped tokens as tensors.
NextTokens NextTokensOf(const std::vector<MappedTokens>& rows) {
  std::size_t most = 1;
  for (const MappedTokens& row : rows) most = std::max(most, row.tokens.size());
  const auto count = static_cast<std::int64_t>(rows.size());
  const auto width = static_cast<std::int64_t>(most);
  NextTokens next = {.ids = torch::zeros({count, width}, torch::kInt64),
                     .probabilities = torch::zeros({count, width}),
                     .other = torch::zeros({count})};
  auto ids = next.ids.accessor<std::int64_t, 2>();
  auto probabilities = next.probabilities.accessor<float, 2>();
  auto other = next.other.accessor<float, 1>();
  for (std::int64_t i = 0; i < count; ++i) {
    const MappedTokens& row = rows[static_cast<std::size_t>(i)];
    for (std::size_t j = 0; j < row.tokens.size(); ++j) {
      ids[i][static_cast<std::int64_t>(j)] = row.tokens[j].first;
      probabilities[i][static_cast<std::int64_t>(j)] = row.tokens[j].second;
    }
    other[i] = static_cast<float>(row.share.other);
  }
  return next;
}

// A permutation of [0, count) for each round: n * step + start, with a step that shares no divisor
// with count. It needs no memory, however many images there are.
std::uint64_t Shuffled(std::uint64_t n, std::uint64_t count, std::uint64_t seed) {
  const std::uint64_t round = n / count;
  std::seed_seq mix{seed, seed >> 32, round, round >> 32};
  std::mt19937_64 rng(mix);
  std::uint64_t step = rng() % count;
  while (std::gcd(step, count) != 1) step = (step + 1) % count;
  const std::uint64_t start = rng() % count;
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(n % count) * step + start) %
                                    count);
}

}  // namespace

torch::Tensor ResamplingOf(int rows, int width, int to) {
  const int height = rows / width;
  const torch::Tensor cells =
      torch::diag(torch::ones({rows})).view({rows, 1, height, width});  // one hot each
  namespace F = torch::nn::functional;
  const torch::Tensor resampled =
      height >= to && width >= to
          ? torch::adaptive_avg_pool2d(cells, {to, to})
          : F::interpolate(cells, F::InterpolateFuncOptions()
                                      .size(std::vector<std::int64_t>{to, to})
                                      .mode(torch::kBilinear)
                                      .align_corners(false));
  return resampled.view({rows, to * to}).t().contiguous();
}

bool HasScenes(const TeacherFolder& folder) { return folder.setup().data.starts_with("scenes:"); }

std::vector<std::string> TaughtTexts(const TeacherFolder& folder, std::size_t records) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < std::min(records, folder.size()); ++i) {
    const Result<TeacherRecord> record = folder.Read(i);
    if (!record) continue;  // training will count it
    for (const TeacherText& text : record->texts) {
      if (!text.question.empty()) texts.push_back(text.question);
      texts.push_back(text.reply);
    }
  }
  return texts;
}

TeacherSamples::TeacherSamples(TeacherFolder folder, const DistilOptions& options,
                               const Tokenizer& student)
    : folder_(std::move(folder)),
      options_(options),
      student_(student),
      map_(folder_.tokens(), student) {}

Result<std::unique_ptr<TeacherSamples>> TeacherSamples::Open(TeacherFolder folder,
                                                             const DistilOptions& options,
                                                             const Glyphs& glyphs,
                                                             const Tokenizer& student) {
  std::unique_ptr<TeacherSamples> samples(new TeacherSamples(std::move(folder), options, student));
  const TeacherSetup& setup = samples->folder_.setup();
  const std::string data = options.data.empty() ? setup.data : options.data;
  auto examples = OpenExamples({.data = data, .texts = 1}, glyphs);
  if (!examples) return examples.error();
  samples->examples_ = *std::move(examples);
  if (samples->examples_->size() != setup.items) {
    return Error{ErrorCode::kInvalid, data + ": expected " + std::to_string(setup.items) +
                                          " images, as the teacher saw, found " +
                                          std::to_string(samples->examples_->size())};
  }
  if (auto error = samples->CheckFirst()) return *error;
  if (auto error = samples->CheckMapping()) return *error;
  return samples;
}

MaybeError TeacherSamples::CheckFirst() {
  MaybeError unreadable;
  for (std::size_t i = 0; i < std::min<std::size_t>(folder_.size(), kMostReplacements); ++i) {
    const Result<TeacherRecord> record = folder_.Read(i);
    if (!record) return record.error();
    if (i == 0) feature_width_ = record->features.cols;
    if (auto error = CheckParts(*record)) return error;
    const Result<Example> example = examples_->Read(record->item);
    if (example) return CheckImage(*record, example->image);
    if (!unreadable) unreadable = example.error();
  }
  return unreadable;
}

MaybeError TeacherSamples::CheckMapping() {
  MeasureMapping();
  if (options_.logits > 0 && !has_replies_) {
    return Lacks("--distil-logits", "logits at the tokens of replies");
  }
  const double total = share_.total(), mapped = share_.same + share_.first;
  const bool is_needed = options_.logits > 0 || options_.visual_logits > 0;
  if (!is_needed || mapped >= kLeastShare * total) return std::nullopt;
  return Error{ErrorCode::kInvalid, options_.teacher_outputs +
                                        ": the teacher's vocabulary does not fit the student's: " +
                                        "expected at least 10 % of the probability to map, found " +
                                        std::to_string(100 * mapped / total) + " %"};
}

Error TeacherSamples::Lacks(const char* loss, const char* what) const {
  return {ErrorCode::kInvalid, std::string(loss) + ": " + options_.teacher_outputs + " has no " +
                                   what + ": the teacher has none, or --keep left them out"};
}

MaybeError TeacherSamples::CheckParts(const TeacherRecord& record) const {
  if (options_.features > 0 && record.features.grid_width == 0) {
    return Lacks("--distil-features", "features on a grid");
  }
  if (options_.on_features() &&
      (record.features.empty() || record.features.cols != feature_width_)) {
    return Lacks("--distil-relations", "features");
  }
  if (options_.visual_logits > 0 && record.visual_grid_width == 0) {
    return Lacks("--distil-visual-logits", "logits at image tokens on a grid");
  }
  if (options_.visual_relations > 0 && record.visual_grid_width == 0) {
    return Lacks("--distil-visual-relations", "relations of image tokens on a grid");
  }
  return std::nullopt;
}

MaybeError TeacherSamples::CheckImage(const TeacherRecord& record, const Image& image) const {
  if (HashOf(image.width, image.height, image.pixels) == record.image_hash) return std::nullopt;
  return Error{ErrorCode::kInvalid, options_.teacher_outputs + ": image " +
                                        std::to_string(record.item) +
                                        ": expected the one that the teacher saw, found another "
                                        "(other options for scenes, or changed files)"};
}

void TeacherSamples::MeasureMapping() {
  for (std::size_t i = 0; i < std::min(folder_.size(), kMeasuredRecords); ++i) {
    const Result<TeacherRecord> record = folder_.Read(i);
    if (!record) continue;
    for (const TeacherText& text : record->texts) {
      has_replies_ = has_replies_ || !text.next.empty();
      for (int row = 0; row < text.next.rows; ++row) {
        share_.Add(map_.Map(text.next, row, row == 0).share);
      }
    }
    for (int row = 0; row < record->visual.rows && record->texts.empty(); ++row) {
      share_.Add(map_.Map(record->visual, row, false).share);
    }
  }
}

std::string TeacherSamples::Summary() const {
  const TeacherSetup& setup = folder_.setup();
  const double total = share_.total();
  char share[128] = "no logits";
  if (total > 0) {
    std::snprintf(share, sizeof(share),
                  "of the probability, %.1f %% maps to the same tokens, %.1f %% to the first of "
                  "several, %.1f %% to none",
                  100 * share_.same / total, 100 * share_.first / total,
                  100 * share_.other / total);
  }
  std::string text = "teacher " + setup.teacher + " on " + setup.data + ": " +
                     std::to_string(folder_.size()) + " images; " + share;
  if (folder_.missing_shards() > 0) {
    text += "; " + std::to_string(folder_.missing_shards()) + " shards are missing";
  }
  return text;
}

std::string TeacherSamples::first_unreadable() const {
  const std::lock_guard lock(mutex_);
  return first_unreadable_;
}

Sample TeacherSamples::Make(std::uint64_t n, std::uint64_t seed, const SampleOptions& options,
                            ThreadPool& pool) const {
  for (std::uint64_t i = 0;; ++i) {
    const std::uint64_t index = Shuffled(n + i, folder_.size(), seed);
    Result<Sample> sample = Read(static_cast<std::size_t>(index), options, pool);
    if (sample) return *std::move(sample);
    ++unreadable_;
    const std::lock_guard lock(mutex_);
    if (first_unreadable_.empty()) first_unreadable_ = sample.error().message;
    // Open has read the first image, so this only happens if the files disappear meanwhile.
    if (i == kMostReplacements) throw ImagesGone(first_unreadable_);
  }
}

Result<Sample> TeacherSamples::Read(std::size_t index, const SampleOptions& options,
                                    ThreadPool& pool) const {
  const Result<TeacherRecord> record = folder_.Read(index);
  if (!record) return record.error();
  if (auto error = CheckParts(*record)) return *error;
  Result<Example> example = examples_->Read(record->item);
  if (!example) return example.error();
  if (auto error = CheckImage(*record, example->image)) return *error;
  // The record has the texts that the teacher saw, its own ones among them.
  example->texts.clear();
  for (const TeacherText& text : record->texts) {
    example->texts.push_back({.kind = FindTextKind(text.kind).value_or(0),
                              .question = text.question,
                              .reply = text.reply,
                              .weight = TextWeight(text.kind)});
  }
  const std::vector<Text> texts = example->texts;
  Sample sample = MakeSample(options, *std::move(example), student_, pool);
  sample.teaching =
      std::make_shared<const Teaching>(TeachingOf(*record, texts, sample.texts, options));
  return sample;
}

Teaching TeacherSamples::TeachingOf(const TeacherRecord& record, const std::vector<Text>& texts,
                                    const TextRows& rows, const SampleOptions& options) const {
  const torch::NoGradGuard no_grad;
  Teaching teaching;
  if (options_.on_features()) {
    const torch::Tensor features = MatrixOf(record.features);
    teaching.mean = features.mean(0);
    if (options_.features > 0) {
      teaching.features = torch::mm(
          ResamplingOf(record.features.rows, record.features.grid_width, options.grid), features);
    }
  }
  if (options_.on_image_tokens()) {
    const torch::Tensor resampling =
        ResamplingOf(record.visual.rows, record.visual_grid_width, options.grid);
    if (options_.visual_relations > 0) {
      const torch::Tensor full = SymmetricOf(record.relations, record.visual.rows);
      teaching.relations = torch::mm(torch::mm(resampling, full), resampling.t());
    }
    if (options_.visual_logits > 0) {
      // A mean of distributions would have more tokens than any of them: that of the cell which
      // counts most.
      const torch::Tensor nearest = resampling.argmax(1);
      std::vector<MappedTokens> mapped;
      for (std::int64_t cell = 0; cell < nearest.size(0); ++cell) {
        mapped.push_back(map_.Map(record.visual, nearest[cell].item<int>(), false));
      }
      teaching.visual = NextTokensOf(mapped);
    }
  }
  if (options_.logits > 0) AddReplies(record, texts, rows, options.length, teaching);
  return teaching;
}

void TeacherSamples::AddReplies(const TeacherRecord& record, const std::vector<Text>& texts,
                                const TextRows& rows, int row_length, Teaching& teaching) const {
  std::vector<std::int64_t> slots;
  std::vector<MappedTokens> mapped;
  for (const TokenSpan& span : rows.spans) {
    const auto index = static_cast<std::size_t>(span.text);
    const TeacherText& text = record.texts[index];
    if (text.next.empty()) continue;
    const TextTokens tokens = TokensOf(texts[index], student_);
    const auto begin = static_cast<std::size_t>(tokens.reply_begin);
    // Without the end token, which Align adds.
    const std::span<const int> reply =
        std::span(tokens.ids).subspan(begin, tokens.ids.size() - begin - 1);
    const std::vector<int> aligned = map_.Align(text.tokens, reply);
    for (std::size_t i = 0; i < aligned.size(); ++i) {
      if (aligned[i] < 0) continue;
      // The token before predicts this one.
      slots.push_back(std::int64_t{span.row} * row_length + span.begin + tokens.reply_begin - 1 +
                      static_cast<std::int64_t>(i));
      mapped.push_back(map_.Map(text.next, aligned[i], i == 0));
    }
  }
  if (slots.empty()) return;
  teaching.slots = torch::tensor(slots, torch::kInt64);
  teaching.replies = NextTokensOf(mapped);
}

}  // namespace edgevlm::train
