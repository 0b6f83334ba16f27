// TeacherSamples: the training samples of a data set, with what a teacher said about each.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/result.h"
#include "teacher/folder.h"
#include "teacher/token_map.h"
#include "train/data/sample.h"
#include "train/distil/distil_options.h"
#include "train/teach/example_source.h"

namespace edgevlm::train {

// So many images in a row can no longer be read that the data set must be gone.
struct ImagesGone : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Whether the outputs are about scenes of the trainer.
bool HasScenes(const TeacherFolder& folder);

// Questions and replies of the first records: for a student's vocabulary.
std::vector<std::string> TaughtTexts(const TeacherFolder& folder, std::size_t records);

// Threads: const methods from any thread.
class TeacherSamples {
 public:
  // Opens the data set that the outputs are about, and checks that they have what the losses need,
  // that the first image is the one the teacher saw, and that the teacher's tokens map to the
  // student's. glyphs and student must outlive the result.
  // Errors: those of OpenExamples; kInvalid (a loss needs what was not kept, another image, a
  // vocabulary that does not fit).
  static Result<std::unique_ptr<TeacherSamples>> Open(TeacherFolder folder,
                                                      const DistilOptions& options,
                                                      const Glyphs& glyphs,
                                                      const Tokenizer& student);

  // One line about the outputs: the teacher, images, the share of probability that could be mapped.
  std::string Summary() const;

  // The n-th sample of a run: every image once, in an order of its own for each round through all
  // images, then again. An image that can no longer be read is replaced by the next one, and
  // counted. Throws ImagesGone.
  Sample Make(std::uint64_t n, std::uint64_t seed, const SampleOptions& options,
              ThreadPool& pool) const;

  int feature_width() const { return feature_width_; }  // E of the teacher; 0: none kept
  bool has_scenes() const { return HasScenes(folder_); }
  std::uint64_t unreadable() const { return unreadable_; }
  std::string first_unreadable() const;

 private:
  TeacherSamples(TeacherFolder folder, const DistilOptions& options, const Tokenizer& student);

  // Whether an image can be read, and is the one that the teacher saw.
  MaybeError CheckFirst();
  // Whether enough of the teacher's probability maps to the student's tokens.
  MaybeError CheckMapping();
  Error Lacks(const char* loss, const char* what) const;
  // Whether a record has what the losses need.
  MaybeError CheckParts(const TeacherRecord& record) const;
  MaybeError CheckImage(const TeacherRecord& record, const Image& image) const;
  void MeasureMapping();
  Result<Sample> Read(std::size_t index, const SampleOptions& options, ThreadPool& pool) const;
  Teaching TeachingOf(const TeacherRecord& record, const std::vector<Text>& texts,
                      const TextRows& rows, const SampleOptions& options) const;
  void AddReplies(const TeacherRecord& record, const std::vector<Text>& texts, const TextRows& rows,
                  int row_length, Teaching& teaching) const;

  TeacherFolder folder_;
  DistilOptions options_;
  const Tokenizer& student_;
  TokenMap map_;
  std::unique_ptr<ExampleSource> examples_;
  MappedShare share_;
  bool has_replies_ = false;
  int feature_width_ = 0;
  mutable std::atomic<std::uint64_t> unreadable_ = 0;
  mutable std::mutex mutex_;
  mutable std::string first_unreadable_;
};

// The weights with which the cells of one grid make those of another, [to * to, rows]: the mean of
// what lies in a cell, or what lies nearest between centers where the new cells are smaller. The
// old grid has `width` cells per row. REQUIRES: width divides rows.
torch::Tensor ResamplingOf(int rows, int width, int to);

}  // namespace edgevlm::train
