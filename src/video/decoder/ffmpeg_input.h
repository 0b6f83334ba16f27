// FfmpegInput: a file or a stream, as FFmpeg's libraries open it.
#pragma once

#include <string>

#include "base/result.h"
#include "video/decoder/ffmpeg.h"

namespace edgevlm {

// What FFmpeg returned, as an error of ours. Errors: kCorrupt; kTooLarge without memory.
Error FfmpegError(const std::string& expected, int error);

// A ratio of positive numbers; of others 0.
double Ratio(AVRational ratio);

class FfmpegInput {
 public:
  // The open file. formats: the names of those that are tried, with commas between them.
  FfmpegInput(int fd, const char* formats) : fd_(fd), formats_(formats) {}
  // A stream of the network.
  explicit FfmpegInput(std::string address) : address_(std::move(address)) {}

  // expected: for errors. Errors: kCorrupt.
  MaybeError Open(const std::string& expected);

  // Finds the best track of a kind, and leaves the others out. decoder: its decoder.
  // Errors: kCorrupt; kUnsupported (no such track: `none` is the message; an unknown codec).
  Result<AVStream*> FindTrack(AVMediaType kind, const char* none, const AVCodec*& decoder);

  AVFormatContext* format() const { return format_.get(); }
  bool is_stream() const { return !address_.empty(); }
  // Whether it can be read once only.
  bool is_pipe() const { return is_pipe_; }

 private:
  void ReadFromFile(AVFormatContext& format);
  AVDictionary* Options() const;

  int fd_ = -1;
  const char* formats_ = "";
  std::string address_;
  bool is_pipe_ = false;
  IoPtr io_;
  FormatPtr format_;
};

}  // namespace edgevlm
