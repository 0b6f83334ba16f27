#include "fleet/batch.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/output_file.h"
#include "fleet/read_image.h"
#include "fleet/result_store.h"

namespace edgevlm {
namespace {

class Run {
 public:
  Run(const ImagePipeline& pipeline, const std::vector<std::string>& images,
      const BatchOptions& options, const BatchCalls& calls, ResultStore& store)
      : pipeline_(pipeline), images_(images), options_(options), calls_(calls), store_(store) {
    report_.progress.images = std::ssize(images);
  }

  // Failures are tried again after all others: a disk may be back by then.
  Result<BatchReport> All() {
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      if (!store_.IsDone(images_[i])) todo.push_back(i);
    }
    report_.progress.earlier = std::ssize(images_) - std::ssize(todo);
    for (int i = 0; i < options_.tries && !todo.empty() && !IsStopped(); ++i) {
      if (auto error = Pass(todo)) return *error;
      // One that was not come to keeps its earlier failure.
      todo.clear();
      for (const auto& [index, message] : failures_) todo.push_back(index);
    }
    for (const auto& [index, message] : failures_) {
      report_.failures.push_back({.image = images_[index], .message = message});
    }
    report_.is_stopped = report_.progress.earlier + report_.progress.done + std::ssize(failures_) <
                         report_.progress.images;
    return std::move(report_);
  }

 private:
  bool IsStopped() const { return calls_.is_stopped != nullptr && calls_.is_stopped(); }

  // Once over some images. The index of a PipelineImage is its position in `todo`.
  MaybeError Pass(const std::vector<std::size_t>& todo) {
    std::size_t next = 0;  // to encode
    held_.clear();
    first_held_ = 0;
    const PipelineCalls calls = {
        .next = [&](bool) -> NextImage {
          if (next == todo.size() || IsStopped()) return NoImage::kEver;
          const std::size_t position = next++;
          return PipelineImage{.index = static_cast<std::int64_t>(position),
                               .name = images_[todo[position]],
                               .file = ReadImageFile(images_[todo[position]])};
        },
        .on_replies = [&](PipelineReplies replies) { return OnReplies(todo, std::move(replies)); },
        .on_tick = [&] { return OnTick(); }};
    if (auto error = pipeline_(calls)) return error;
    return store_.Commit();
  }

  MaybeError OnReplies(const std::vector<std::size_t>& todo, PipelineReplies replies) {
    if (!options_.in_order) return Keep(todo, std::move(replies));
    // The replies before these may still be under way.
    held_.emplace(replies.index, std::move(replies));
    for (auto held = held_.begin(); held != held_.end() && held->first == first_held_;) {
      if (auto error = Keep(todo, std::move(held->second))) return error;
      held = held_.erase(held);
      ++first_held_;
    }
    return {};
  }

  MaybeError Keep(const std::vector<std::size_t>& todo, PipelineReplies replies) {
    const std::size_t index = todo[static_cast<std::size_t>(replies.index)];
    if (replies.replies) {
      failures_.erase(index);
      ++report_.progress.done;
      store_.Add(images_[index], static_cast<std::int64_t>(index) + 1, std::move(replies));
    } else {
      failures_[index] = Named(images_[index], replies.replies.error().message);
    }
    report_.progress.failed = std::ssize(failures_);
    return store_.IsDue() ? store_.Commit() : std::nullopt;
  }

  MaybeError OnTick() {
    if (calls_.on_progress != nullptr) calls_.on_progress(report_.progress);
    return store_.IsDue() ? store_.Commit() : std::nullopt;
  }

  static std::string Named(const std::string& image, const std::string& message) {
    return message.starts_with(image) ? message : image + ": " + message;
  }

  const ImagePipeline& pipeline_;
  const std::vector<std::string>& images_;
  const BatchOptions& options_;
  const BatchCalls& calls_;
  ResultStore& store_;
  BatchReport report_;
  std::map<std::size_t, std::string> failures_;  // index of the image -> one line
  std::map<std::int64_t, PipelineReplies> held_;
  std::int64_t first_held_ = 0;
};

// The list of failures is complete or not there at all.
MaybeError WriteFailures(const std::string& path, const std::vector<FailedImage>& failures) {
  std::error_code ignored;
  if (failures.empty()) {
    std::filesystem::remove(path, ignored);
    return {};
  }
  std::string lines;
  for (const FailedImage& failure : failures) {
    const nlohmann::ordered_json object = {{"image", failure.image}, {"error", failure.message}};
    lines += object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  auto file = OutputFile::Create(path);
  if (!file) return file.error();
  if (auto error = file->Append(std::as_bytes(std::span(lines)))) return error;
  return file->Commit();
}

}  // namespace

Result<BatchReport> RunBatch(const Engine& engine, const std::vector<std::string>& images,
                             const BatchOptions& options, const BatchCalls& calls) {
  const auto pipeline = [&](const PipelineCalls& pipeline_calls) {
    return RunPipeline(engine, options.pipeline, pipeline_calls);
  };
  return RunBatch(ImagePipeline(pipeline), images, options, calls);
}

Result<BatchReport> RunBatch(const ImagePipeline& pipeline, const std::vector<std::string>& images,
                             const BatchOptions& options, const BatchCalls& calls) {
  CHECK(options.tries >= 1);
  std::int64_t problems = 0;
  Result<ResultStore> store = ResultStore::Open(options, [&](const std::string& line) {
    ++problems;
    if (calls.on_problem != nullptr) calls.on_problem(line);
  });
  if (!store) return store.error();
  Result<BatchReport> report = Run(pipeline, images, options, calls, *store).All();
  if (!report) return report;
  report->problems = problems;
  if (auto error = WriteFailures(options.results + ".failed", report->failures)) return *error;
  return report;
}

}  // namespace edgevlm
