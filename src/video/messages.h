// The messages in which the program that decodes a video sends its frames, or its sound.
//
// Each message is its kind (1 byte), the size of what follows (4 bytes), and then:
//   kInfo     width, height (4 bytes each), seconds, frames per second (8 bytes each, floating
//             point), the codec's name, a line end, the decoder's name
//   kFrame    seconds (8 bytes), width, height (4 bytes each), pixels [height, width, 3]
//   kEnd      the end of the last frame or sample that was seen, in seconds (8 bytes)
//   kError    an ErrorCode (1 byte), one line of text
//   kTrack    samples per second, channels (4 bytes each), seconds (8 bytes), the codec's name
//   kSamples  mono samples at 16 kHz (4 bytes each, floating point)
// All little-endian. The first is kInfo (of frames), kTrack (of sound) or kError, the last kEnd or
// kError; times ascend.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "video/video_frame.h"

namespace edgevlm {

// The video ended here, whatever its file states.
struct VideoEnd {
  double seconds = 0;
};

// The facts of a sound track as it is stored.
struct TrackInfo {
  int rate = 0;  // samples per second
  int channels = 0;
  double seconds = 0;      // as the file states it; 0: it does not
  std::string codec = {};  // as FFmpeg names it, e.g. "aac"
};

using VideoMessage = std::variant<VideoInfo, VideoFrame, VideoEnd>;
using SoundMessage = std::variant<TrackInfo, std::vector<float>, VideoEnd>;

// Writes all bytes; false if nobody reads them any more.
using WriteBytes = std::function<bool(std::span<const std::byte>)>;
// Reads up to so many bytes, at least one; 0 at the end.
using ReadBytes = std::function<Result<std::size_t>(std::span<std::byte>)>;

bool WriteMessage(const VideoInfo& info, const WriteBytes& write);
bool WriteMessage(const TrackInfo& info, const WriteBytes& write);
bool WriteMessage(const VideoEnd& end, const WriteBytes& write);
bool WriteMessage(const Error& error, const WriteBytes& write);
// pixels: [height, width, 3]; the message is not copied.
bool WriteFrame(double seconds, ImageSize size, std::span<const std::byte> pixels,
                const WriteBytes& write);

// samples: at most kMostSamples.
bool WriteSamples(std::span<const float> samples, const WriteBytes& write);
inline constexpr std::size_t kMostSamples = 1 << 14;  // of one message

// Reads messages that need not be trusted.
class MessageReader {
 public:
  // The kUnsupported errors of files that lack what is asked for.
  static constexpr const char* kNoVideoTrack = "expected a video track, found none";
  static constexpr const char* kNoSoundTrack = "expected a sound track, found none";
  // The message of the kIo error of Next and NextSound.
  static constexpr const char* kNoEnd = "expected the end of the frames, found that of the decoder";

  // max_side: pixels of a frame.
  MessageReader(ReadBytes read, int max_side) : read_(std::move(read)), max_side_(max_side) {}

  // The next message. Errors: one that was sent (with its code); kCorrupt (not such a message, out
  // of order), kIo (the messages end without kEnd).
  Result<VideoMessage> Next();
  // The same where sound was asked for. Samples are finite.
  Result<SoundMessage> NextSound();

 private:
  struct Header;

  MaybeError Read(std::span<std::byte> bytes);
  // first: the kind of the first message. Errors: one that was sent, and the others of Next.
  Result<Header> ReadHeader(int first);
  Result<VideoMessage> ReadInfo(std::size_t size);
  Result<VideoMessage> ReadFrame(std::size_t size);
  Result<VideoEnd> ReadEnd(std::size_t size);
  Result<SoundMessage> ReadTrack(std::size_t size);
  Result<SoundMessage> ReadSamples(std::size_t size);
  Error ReadError(std::size_t size);

  ReadBytes read_;
  int max_side_;
  bool has_begun_ = false;
  double last_seconds_ = 0;
};

}  // namespace edgevlm
