// DecoderProgram: the program that decodes, edgevlm-video, at work on one file or stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "video/child_process.h"
#include "video/messages.h"
#include "video/video_source.h"

namespace edgevlm {

// What is to be decoded. medium: "video" or "sound", for errors. Errors, which begin with the name:
// kUnsupported (this build has no such program), kNotFound, kIo, kInvalid (no file).
struct DecoderInput {
  std::string name = {};  // of a stream, its address
  std::string medium = {};
  std::string program = {};  // its path
  OwnedFd file = OwnedFd();  // none: a stream

  static Result<DecoderInput> OfFile(const std::string& path, const std::string& medium);
  // The bytes are copied.
  static Result<DecoderInput> OfBytes(const std::string& name, std::span<const std::byte> bytes,
                                      const std::string& medium);
  static Result<DecoderInput> OfStandardInput(const std::string& medium);
  static Result<DecoderInput> OfStream(const std::string& address);
};

// Whether the program is there, beside this one or where it is installed.
bool HasDecoderProgram();

// Threads: one at a time.
class DecoderProgram {
 public:
  // arguments: those of the request. max_side: pixels of a frame. Errors: kIo; they name the input.
  static Result<std::unique_ptr<DecoderProgram>> Start(const DecoderInput& input,
                                                       const std::vector<std::string>& arguments,
                                                       int max_side, const DecodingLimits& limits);
  DecoderProgram(const DecoderProgram&) = delete;
  DecoderProgram& operator=(const DecoderProgram&) = delete;

  MessageReader& messages() { return reader_; }

  // Asks for something else of the same file; messages() then reads the answer. Not of streams.
  // REQUIRES: the messages so far have come to their end. Errors: kIo (the program has ended).
  MaybeError Ask(const std::vector<std::string>& arguments, int max_side);

  // An error of the messages, named. If they just stop, how the program ended is what happened.
  Error Explained(const Error& error);

 private:
  DecoderProgram(const DecoderInput& input, ChildProcess child, int max_side,
                 const DecodingLimits& limits);

  MessageReader NewReader(int max_side);

  Result<std::size_t> ReadOutput(std::span<std::byte> bytes);

  std::string prefix_;  // of errors
  ChildProcess child_;
  MessageReader reader_;
  const DecodingLimits limits_;
};

}  // namespace edgevlm
