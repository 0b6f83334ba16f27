// RunBatch: replies about many images, which an interruption at any moment does not lose.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "edgevlm/edgevlm.h"
#include "fleet/journal.h"
#include "fleet/name_template.h"
#include "fleet/reply_pipeline.h"

namespace edgevlm {

struct BatchOptions {
  std::string results;            // the file of results; the journal is `results`.journal
  PipelineOptions pipeline = {};  // what is asked
  BatchWork work = {};            // the same in words, and all else that decides the replies
  bool in_order = true;           // results in the order of the list, or else as they come
  int tries = 2;                  // of images that fail, at least 1
  std::string index = {};         // an SQLite database (CaptionIndex); empty: none
  bool makes_sidecars = false;    // sidecar.h
  bool has_iptc = false;          // in them
  std::string writer = {};        // for them
  std::optional<NameTemplate> rename = {};
};

struct BatchProgress {
  std::int64_t images = 0;   // in the list
  std::int64_t earlier = 0;  // done by earlier runs
  std::int64_t done = 0;     // by this one
  std::int64_t failed = 0;   // for now: they are tried again
};

struct FailedImage {
  std::string image;
  std::string message;  // one line
};

struct BatchReport {
  BatchProgress progress;
  std::vector<FailedImage> failures;  // in the order of the list
  std::int64_t problems = 0;          // see BatchCalls::on_problem
  bool is_stopped = false;            // before all images were tried
};

struct BatchCalls {
  std::function<void(const BatchProgress&)> on_progress = nullptr;  // ten times a second, or more
  // One line about what fails without stopping the batch: a sidecar, a new name.
  std::function<void(const std::string&)> on_problem = nullptr;
  // Whether to end: images under way are completed. Called on another thread too.
  std::function<bool()> is_stopped = nullptr;
};

// Processes the images that have no result yet, and writes those that failed to `results`.failed
// (JSON lines; no such file: none failed). REQUIRES: images are different paths; the file of
// results is none of them. Errors, after which the same call goes on: kIo (files cannot be
// written), those of Journal::Open and CaptionIndex::Open; kCorrupt (the results file is shorter
// than the journal says); kInvalid (it is not empty, and there is no journal). Threads: blocks; the
// calls are made on the calling thread.
Result<BatchReport> RunBatch(const Engine& engine, const std::vector<std::string>& images,
                             const BatchOptions& options, const BatchCalls& calls);

// The same with a pipeline that is not an engine of this process.
Result<BatchReport> RunBatch(const ImagePipeline& pipeline, const std::vector<std::string>& images,
                             const BatchOptions& options, const BatchCalls& calls);

}  // namespace edgevlm
