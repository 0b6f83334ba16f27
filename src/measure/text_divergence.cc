#include "measure/text_divergence.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "decode/batch.h"
#include "engine/measured_engine.h"
#include "measure/text_windows.h"

namespace edgevlm {
namespace {

MaybeError CheckVocabulary(const Engine& engine, const TextDivergenceWork& work,
                           const TextWindows& windows, int vocabulary) {
  const int found = engine.info().vocabulary_tokens;
  if (found != vocabulary) {
    return Error{ErrorCode::kInvalid, "vocabulary: expected the reference's " +
                                          std::to_string(vocabulary) + " tokens, found " +
                                          std::to_string(found)};
  }
  if (windows.Match(engine, work.text)) return {};
  return Error{ErrorCode::kInvalid,
               "vocabulary: expected the reference's tokens of the text, found others"};
}

// Measures one group of windows after the other.
class TextComparison {
 public:
  explicit TextComparison(const TextDivergenceWork& work) : work_(work) {}

  Result<TextDivergence> Measure() {
    do {
      if (auto error = ComputeReference()) return *error;
      if (auto error = CompareMeasured()) return *error;
      first_ += group_;
    } while (first_ < windows_.count());
    return TextDivergence{.windows = windows_.count(),
                          .rows = static_cast<int>(rows_.size()),
                          .summary = Summarize(rows_)};
  }

 private:
  int prompt_rows() const { return windows_.size() / 2; }  // the first half of a window
  int window_rows() const { return windows_.size() - 1; }  // rows of a window
  int counted() const { return window_rows() - prompt_rows(); }

  // Windows first_, first_ + 1, ... of this group.
  int Last() const { return std::min(first_ + group_, windows_.count()); }

  // [counted, V] of a window of the group.
  View<float> ReferenceOf(int window) {
    return View<float>(reference_.data(), group_ * counted(), vocabulary_)
        .Rows((window - first_) * counted(), counted());
  }

  void PlanGroups() {
    const std::size_t bytes =
        sizeof(float) * static_cast<std::size_t>(counted()) * static_cast<std::size_t>(vocabulary_);
    const std::size_t most = std::max<std::size_t>(1, work_.reference_bytes / bytes);
    group_ = static_cast<int>(std::min(most, static_cast<std::size_t>(windows_.count())));
    reference_.resize(bytes / sizeof(float) * static_cast<std::size_t>(group_));
  }

  MaybeError ComputeReference() {
    const Result<Engine> engine = work_.load_reference();
    if (!engine) return engine.error();
    if (group_ == 0) {
      Result<TextWindows> windows =
          TextWindows::Cut(*engine, work_.text, work_.window_tokens, work_.windows);
      if (!windows) return windows.error();
      windows_ = *std::move(windows);
      vocabulary_ = engine->info().vocabulary_tokens;
      PlanGroups();
    }
    for (int window = first_; window < Last(); ++window) {
      Forward(MeasuredEngine(*engine), windows_.Tokens(window), /*single_tokens=*/false,
              ReferenceOf(window));
    }
    return {};
  }

  MaybeError CompareMeasured() {
    const Result<Engine> engine = work_.load_measured();
    if (!engine) return engine.error();
    if (auto error = CheckWindow(*engine, work_.window_tokens)) return error;
    if (auto error = CheckVocabulary(*engine, work_, windows_, vocabulary_)) return error;
    std::vector<float> values(static_cast<std::size_t>(counted()) *
                              static_cast<std::size_t>(vocabulary_));
    const View<float> measured(values.data(), counted(), vocabulary_);
    for (int window = first_; window < Last(); ++window) {
      const std::vector<int> tokens = windows_.Tokens(window);
      Forward(MeasuredEngine(*engine), tokens, work_.single_tokens, measured);
      CompareWindow(tokens, ReferenceOf(window), measured,
                    MeasuredEngine(*engine).thread_groups().prefill.pool);
    }
    return {};
  }

  void CompareWindow(std::span<const int> tokens, View<const float> reference,
                     View<const float> measured, ThreadPool& pool) {
    const std::size_t begin = rows_.size();
    rows_.resize(begin + static_cast<std::size_t>(measured.rows));
    const std::span<const int> next = tokens.subspan(static_cast<std::size_t>(prompt_rows() + 1));
    pool.ParallelFor(measured.rows, 1, [&](int first, int last, int) {
      for (int i = first; i < last; ++i) {
        const auto index = static_cast<std::size_t>(i);
        rows_[begin + index] = CompareRows(reference.Row(i), measured.Row(i), next[index]);
      }
    });
  }

  // The logits [counted, V] of a window from an empty cache.
  void Forward(const MeasuredEngine& engine, std::span<const int> tokens, bool single_tokens,
               View<float> logits) {
    Sequence sequence(engine.decoder(), windows_.size(), engine.cache());
    sequence.ExpectRows(windows_.size());
    Batch batch(engine.decoder(), engine.exits());
    const ThreadGroups thread_groups = engine.thread_groups();
    const std::span<const int> computed = tokens.first(static_cast<std::size_t>(window_rows()));
    if (!single_tokens) {
      AddPrompt(batch, sequence, computed, logits, thread_groups.prefill);
      return;
    }
    const auto half = static_cast<std::size_t>(prompt_rows());
    AddPrompt(batch, sequence, computed.first(half), {}, thread_groups.prefill);
    sequence.EndPrompt(thread_groups.prefill);
    for (int i = 0; i < logits.rows; ++i) {
      const Input row = {.tokens = computed.subspan(half + static_cast<std::size_t>(i), 1)};
      batch.Add(sequence, row, 1, /*may_leave=*/true);
      batch.Forward(logits.Rows(i, 1), thread_groups.decode);
      Report(1);
    }
  }

  // As Batch::AddAll, reporting each pass.
  void AddPrompt(Batch& batch, Sequence& sequence, std::span<const int> tokens, View<float> logits,
                 const Run& run) {
    const auto rows = static_cast<int>(tokens.size());
    for (int first = 0, written = 0; first < rows; first += Batch::kChunkRows) {
      const int count = std::min(Batch::kChunkRows, rows - first);
      const int wanted = std::clamp(first + count - (rows - logits.rows), 0, count);
      const Input input = {.tokens = tokens.subspan(static_cast<std::size_t>(first),
                                                    static_cast<std::size_t>(count))};
      batch.AddAll(sequence, {&input, 1}, logits.Rows(written, wanted), run);
      written += wanted;
      Report(count);
    }
  }

  void Report(int rows) {
    done_ += rows;
    if (work_.on_rows) work_.on_rows(done_, 2 * windows_.count() * window_rows());
  }

  const TextDivergenceWork& work_;
  TextWindows windows_;
  int vocabulary_ = 0;  // V
  int group_ = 0;       // windows whose reference logits are held together; 0: not known yet
  int first_ = 0;       // of the group
  int done_ = 0;        // rows that went through either engine
  std::vector<float> reference_;  // [group * counted, V]
  std::vector<RowComparison> rows_;
};

}  // namespace

Result<TextDivergence> MeasureTextDivergence(const TextDivergenceWork& work) {
  CHECK(work.window_tokens >= 2 && work.windows >= 1);
  return TextComparison(work).Measure();
}

}  // namespace edgevlm
