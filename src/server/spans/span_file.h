// SpanFile: appends the spans of requests to a file, as OpenTelemetry's file exporter does.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "server/spans/request_span.h"

namespace edgevlm {

// A line per request, each written whole, so that other processes may append to the file too. It
// may be renamed while it is written to; restart the server for a new one. Threads: any.
class SpanFile {
 public:
  // on_error: called with a line for people when a span could not be written, once until one is
  // written again. Errors: kIo.
  static Result<std::unique_ptr<SpanFile>> Open(const std::string& path,
                                                std::function<void(const std::string&)> on_error);
  ~SpanFile();
  SpanFile(const SpanFile&) = delete;
  SpanFile& operator=(const SpanFile&) = delete;

  // A span that cannot be written (disk full) is lost.
  void Write(const RequestSpan& span);

 private:
  SpanFile(int file, std::string path, std::function<void(const std::string&)> on_error);

  const int file_;
  const std::string path_;
  const std::function<void(const std::string&)> on_error_;
  std::mutex mutex_;  // guards the rest
  SpanIds ids_;
  bool is_failing_ = false;  // since the last span
  bool is_cut_ = false;      // the last line is only partly in the file
};

}  // namespace edgevlm
