// ResultStore: the files of a batch. For fleet/ only.
//
// Results become durable in groups, in this order: their lines in the results file, sidecars, their
// entries in the journal, new names of images, the index. A crash between any two of these loses
// nothing: what the journal does not have is cut off the results file and computed again, and
// what comes after the journal is made up for by Open.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/line_file.h"
#include "base/result.h"
#include "fleet/batch.h"
#include "fleet/caption_index.h"
#include "fleet/journal.h"

namespace edgevlm {

// Threads: one.
class ResultStore {
 public:
  // on_problem: called with one line for what fails without stopping the batch: a sidecar, a new
  // name. Errors: those of RunBatch.
  static Result<ResultStore> Open(const BatchOptions& options,
                                  std::function<void(const std::string&)> on_problem);

  // Whether an image has a result, under this name or one that it was given.
  bool IsDone(const std::string& image) const {
    return journal_.done().contains(image) || renamed_.contains(image);
  }

  // number: of the image in the list, from 1. Written by a later Commit, which calls on_stored.
  // REQUIRES: replies.replies.ok().
  void Add(const std::string& image, std::int64_t number, PipelineReplies replies);

  // Whether enough results wait, or one has waited for long enough.
  bool IsDue() const;
  // Errors: kIo (a full disk above all); what was not journaled is then as if not computed.
  MaybeError Commit();

 private:
  struct Waiting {
    std::string image;
    std::int64_t number = 0;
    std::vector<Reply> replies;
    std::function<void()> on_stored;
  };

  ResultStore(const BatchOptions& options, std::function<void(const std::string&)> on_problem,
              Journal journal, LineFile results)
      : options_(&options),
        on_problem_(std::move(on_problem)),
        journal_(std::move(journal)),
        results_(std::move(results)) {}

  MaybeError CatchUp();
  MaybeError AddMissingSidecars();
  std::string NewNameOf(const Waiting& waiting, const std::set<std::string>& taken) const;
  void MakeSidecar(const std::string& image, const std::string& text);
  void Rename(const std::string& image, const std::string& renamed);

  const BatchOptions* options_;
  std::function<void(const std::string&)> on_problem_;
  Journal journal_;
  LineFile results_;
  std::optional<CaptionIndex> index_;
  std::set<std::string> renamed_;  // the new names
  std::vector<Waiting> waiting_;
  std::chrono::steady_clock::time_point waiting_since_;
};

}  // namespace edgevlm
