#include "video/decoder/webp_animation.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <webp/demux.h>

#include <cstring>
#include <string_view>

namespace edgevlm {
namespace {

constexpr std::size_t kMostBytes = std::size_t{512} << 20;

struct AnimationDeleter {
  void operator()(WebPAnimDecoder* decoder) const { WebPAnimDecoderDelete(decoder); }
};
using AnimationPtr = std::unique_ptr<WebPAnimDecoder, AnimationDeleter>;

Error Corrupt(const char* found) {
  return {ErrorCode::kCorrupt, std::string("expected a whole WebP animation, found ") + found};
}

// The canvas as a frame of FFmpeg's, which does not own it.
FramePtr FrameOf(std::uint8_t* rgba, const WebPAnimInfo& info) {
  FramePtr frame = NewFrame();
  frame->format = AV_PIX_FMT_RGBA;
  frame->width = static_cast<int>(info.canvas_width);
  frame->height = static_cast<int>(info.canvas_height);
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  const std::size_t row = std::size_t{info.canvas_width} * 4;
  for (int y = 0; y < frame->height; ++y) {
    std::memcpy(frame->data[0] + std::ptrdiff_t{y} * frame->linesize[0],
                rgba + static_cast<std::size_t>(y) * row, row);
  }
  return frame;
}

double SecondsOf(const WebPDemuxer* demuxer) {
  WebPIterator frame;
  double milliseconds = 0;
  if (WebPDemuxGetFrame(demuxer, 1, &frame) == 0) return 0;
  do {
    milliseconds += frame.duration;
  } while (WebPDemuxNextFrame(&frame) != 0);
  WebPDemuxReleaseIterator(&frame);
  return milliseconds / 1000;
}

MaybeError SendFrames(WebPAnimDecoder* decoder, const WebPAnimInfo& info,
                      const FrameRequest& request, const WriteBytes& write) {
  constexpr double kMillisecond = 0.001;
  FrameSender sender(request, write);
  double begin = 0;
  while (WebPAnimDecoderHasMoreFrames(decoder) != 0) {
    std::uint8_t* rgba = nullptr;
    int end_ms = 0;
    if (WebPAnimDecoderGetNext(decoder, &rgba, &end_ms) == 0) break;
    const FramePtr frame = FrameOf(rgba, info);
    const auto next = sender.Add(begin, *frame, {});
    if (!next) return next.error();
    if (*next == FrameSender::Next::kDone) return sender.End(0);
    begin = std::max(begin, end_ms * kMillisecond);
  }
  return sender.End(begin);
}

}  // namespace

bool IsWebp(int fd) {
  char bytes[12] = {};
  if (pread(fd, bytes, sizeof(bytes), 0) != static_cast<ssize_t>(sizeof(bytes))) return false;
  const std::string_view text(bytes, sizeof(bytes));
  return text.starts_with("RIFF") && text.ends_with("WEBP");
}

MaybeError DecodeWebpAnimation(int fd, const FrameRequest& request, const WriteBytes& write) {
  struct stat status = {};
  if (fstat(fd, &status) != 0 || status.st_size < 1) return Corrupt("an empty file");
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > kMostBytes) {
    return Error{ErrorCode::kTooLarge, "expected a WebP animation of at most 512 MiB"};
  }
  void* const mapped = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  WebPAnimDecoderOptions options;
  WebPAnimDecoderOptionsInit(&options);
  options.color_mode = MODE_RGBA;
  const WebPData data = {.bytes = static_cast<const std::uint8_t*>(mapped), .size = size};
  const std::unique_ptr<WebPDemuxer, void (*)(WebPDemuxer*)> demuxer(WebPDemux(&data),
                                                                     WebPDemuxDelete);
  if (demuxer == nullptr) return Corrupt("another form");
  // Checked before a decoder allocates the canvas.
  const auto width = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH));
  const auto height = static_cast<int>(WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT));
  if (width > VideoLimits::kSide || height > VideoLimits::kSide ||
      std::int64_t{width} * height > VideoLimits::kPixels) {
    return Error{ErrorCode::kTooLarge, "expected frames of at most 8192 x 4320 pixels, found " +
                                           std::to_string(width) + " x " + std::to_string(height)};
  }
  const AnimationPtr decoder(WebPAnimDecoderNew(&data, &options));
  WebPAnimInfo info;
  if (decoder == nullptr || WebPAnimDecoderGetInfo(decoder.get(), &info) == 0) {
    return Corrupt("another form");
  }
  const VideoInfo facts = {
      .width = width, .height = height, .seconds = SecondsOf(demuxer.get()), .codec = "webp"};
  if (!WriteMessage(facts, write)) return std::nullopt;
  if (!request.wants_frames) {
    WriteMessage(VideoEnd{facts.seconds}, write);
    return std::nullopt;
  }
  return SendFrames(decoder.get(), info, request, write);
}

}  // namespace edgevlm
