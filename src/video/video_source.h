// VideoSource: a video that frames can be read from, any number of times.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "video/frame_request.h"
#include "video/video_frame.h"

namespace edgevlm {

// The frames of one request, in their order. Threads: one at a time.
class FrameStream {
 public:
  virtual ~FrameStream() = default;

  virtual const VideoInfo& info() const = 0;

  // The next frame; nothing after the last one. Times ascend, from from_seconds to to_seconds.
  // Errors: kCorrupt, kUnsupported, kTooLarge, kIo; they name the source. Call it no more after
  // one.
  virtual Result<std::optional<VideoFrame>> Next() = 0;

  // Where the video ended, if Next came to its end; else nothing. It may be earlier than the file
  // states.
  virtual std::optional<double> end_seconds() const = 0;
};

// Threads: const methods from any number of threads.
class VideoSource {
 public:
  virtual ~VideoSource() = default;

  virtual Result<std::unique_ptr<FrameStream>> Read(const FrameRequest& request) const = 0;
};

// What the decoding of a file or a stream may take.
struct DecodingLimits {
  int silent_seconds = 60;                  // until the next frame
  int processor_seconds = 900;              // 0: no limit
  int memory_mib = 2048;                    // of addresses; 0: no limit
  std::function<bool()> is_cancelled = {};  // asked several times a second; may be empty
  // Whether a device of this machine may decode (decoder/hardware.h). Not for what strangers send:
  // its driver is a part of the kernel.
  bool may_use_hardware = false;
};

// A file, by its path, or in memory; what it is shows when it is read. A program of its own decodes
// it (decoder/main.cc), so that a file that breaks the decoder ends that program alone.
// Errors, which begin with the name: kNotFound, kIo; kUnsupported (this build has no such program).
Result<std::unique_ptr<VideoSource>> OpenVideoFile(const std::string& path,
                                                   const DecodingLimits& limits = {});
// The bytes are copied.
Result<std::unique_ptr<VideoSource>> OpenVideoBytes(const std::string& name,
                                                    std::span<const std::byte> bytes,
                                                    const DecodingLimits& limits = {});

// What standard input brings, as it comes: it can be read once. Errors: kUnsupported, kIo.
Result<std::unique_ptr<VideoSource>> OpenVideoInput(const DecodingLimits& limits);

// Whether a text is the address of a stream: rtsp://, rtsps://, http:// or https://.
bool IsStreamAddress(std::string_view text);

// A stream of the network. The program connects to it when it is read. Errors: kUnsupported.
Result<std::unique_ptr<VideoSource>> OpenVideoStream(const std::string& address,
                                                     const DecodingLimits& limits);

// A folder of images, which are frames in the order of their names, frames_per_second of them.
// Names of digits alone are in the order of their numbers, and are times in milliseconds unless two
// of them are one apart, as numbers of frames are. Errors: kNotFound, kIo, kInvalid (no images),
// kTooLarge.
Result<std::unique_ptr<VideoSource>> OpenVideoFolder(const std::string& path,
                                                     double frames_per_second = 1);

// Whether this is a video, by its first bytes: not an image that the engine reads. file: the whole
// file or its first KiB.
bool IsVideo(std::span<const std::byte> file);

}  // namespace edgevlm
