#include "video/decoder/frame_sender.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace edgevlm {
namespace {

constexpr int kHdHeight = 720;
constexpr int kFixedPointOne = 1 << 16;
constexpr unsigned kWhite = 255;

// Files mostly do not say which matrix made their colors; then it goes by the size.
int ColorSpaceOf(const AVFrame& frame) {
  const AVColorSpace space = frame.colorspace;
  if (space != AVCOL_SPC_UNSPECIFIED && space != AVCOL_SPC_RGB && space <= AVCOL_SPC_BT2020_CL) {
    return space;
  }
  return frame.height >= kHdHeight ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

bool HasAlpha(const AVFrame& frame) {
  const AVPixFmtDescriptor* const format =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const bool has_palette = format != nullptr && (format->flags & AV_PIX_FMT_FLAG_PAL) != 0;
  return format != nullptr && (has_palette || (format->flags & AV_PIX_FMT_FLAG_ALPHA) != 0);
}

bool Scale(const AVFrame& from, ImageSize size, bool is_rough, ScalerPtr& scaler, AVFrame& to) {
  av_frame_unref(&to);
  to.width = size.width;
  to.height = size.height;
  to.format = HasAlpha(from) ? AV_PIX_FMT_RGBA : AV_PIX_FMT_RGB24;
  // Lines that end at a boundary: the scaler writes whole vectors.
  if (av_frame_get_buffer(&to, 0) < 0) return false;
  scaler.reset(sws_getCachedContext(scaler.release(), from.width, from.height,
                                    static_cast<AVPixelFormat>(from.format), to.width, to.height,
                                    static_cast<AVPixelFormat>(to.format),
                                    is_rough ? SWS_AREA : SWS_BICUBIC, nullptr, nullptr, nullptr));
  if (scaler == nullptr) return false;
  const bool is_full_range = from.color_range == AVCOL_RANGE_JPEG;
  sws_setColorspaceDetails(scaler.get(), sws_getCoefficients(ColorSpaceOf(from)),
                           is_full_range ? 1 : 0, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0,
                           kFixedPointOne, kFixedPointOne);
  return sws_scale(scaler.get(), from.data, from.linesize, 0, from.height, to.data, to.linesize) ==
         to.height;
}

// One pixel over white.
void WritePixel(const std::uint8_t* from, bool has_alpha, std::uint8_t* to) {
  const unsigned alpha = has_alpha ? from[3] : kWhite;
  for (int i = 0; i < 3; ++i) {
    to[i] = static_cast<std::uint8_t>((from[i] * alpha + kWhite * (kWhite - alpha) + kWhite / 2) /
                                      kWhite);
  }
}

// Turns the frame clockwise and packs its rows.
ImageSize WriteUpright(const AVFrame& frame, int quarter_turns, std::vector<std::uint8_t>& rgb) {
  const bool has_alpha = frame.format == AV_PIX_FMT_RGBA;
  const int width = frame.width, height = frame.height, bytes = has_alpha ? 4 : 3;
  const bool is_turned = quarter_turns % 2 == 1;
  const ImageSize size = {.width = is_turned ? height : width,
                          .height = is_turned ? width : height};
  rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint8_t* to = rgb.data();
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x, to += 3) {
      int from_x = x, from_y = y;
      if (quarter_turns == 1) from_x = y, from_y = height - 1 - x;
      if (quarter_turns == 2) from_x = width - 1 - x, from_y = height - 1 - y;
      if (quarter_turns == 3) from_x = width - 1 - y, from_y = x;
      WritePixel(frame.data[0] + std::ptrdiff_t{from_y} * frame.linesize[0] + from_x * bytes,
                 has_alpha, to);
    }
  }
  return size;
}

}  // namespace

FrameSender::FrameSender(const FrameRequest& request, WriteBytes write)
    : request_(request), picker_(request), write_(std::move(write)) {}

Result<FrameSender::Next> FrameSender::Add(double seconds, AVFrame& frame,
                                           const Presentation& presentation) {
  const FramePicker::Choice choice = picker_.Offer(seconds);
  Next next = Next::kGoOn;
  if (choice.previous) {
    const Result<Next> sent = Send(previous_.seconds, *previous_.frame, previous_.presentation);
    if (!sent) return sent;
    next = *sent;
  }
  if (choice.current && next == Next::kGoOn) {
    const Result<Next> sent = Send(seconds, frame, presentation);
    if (!sent) return sent;
    next = *sent;
  }
  previous_.seconds = seconds;
  previous_.presentation = presentation;
  av_frame_unref(previous_.frame.get());
  if (!request_.times.empty()) av_frame_move_ref(previous_.frame.get(), &frame);
  return choice.is_done ? Next::kDone : next;
}

Result<FrameSender::Next> FrameSender::ShowUntil(double seconds) {
  const FramePicker::Choice choice = picker_.Offer(seconds);
  picker_.Forget();
  if (choice.previous) {
    const Result<Next> sent = Send(previous_.seconds, *previous_.frame, previous_.presentation);
    if (!sent || *sent == Next::kDone) return sent;
  }
  return choice.is_done ? Next::kDone : Next::kGoOn;
}

MaybeError FrameSender::End(double end_seconds) {
  if (picker_.WantsLast()) {
    const auto sent = Send(previous_.seconds, *previous_.frame, previous_.presentation);
    if (!sent) return sent.error();
  }
  if (sent_ == 0 && end_seconds <= 0) {
    return Error{ErrorCode::kCorrupt, "expected frames, found none that can be decoded"};
  }
  WriteMessage(VideoEnd{end_seconds}, write_);
  return std::nullopt;
}

Result<FrameSender::Next> FrameSender::Send(double seconds, const AVFrame& frame,
                                            const Presentation& presentation) {
  const ImageSize size =
      SizeToSend(frame.width * presentation.pixel_aspect, frame.height, request_.max_side);
  if (!Scale(frame, size, request_.is_rough, scaler_, *scaled_)) {
    return Error{ErrorCode::kCorrupt, "expected frames of " + std::to_string(size.width) + " x " +
                                          std::to_string(size.height) +
                                          " pixels, found some that cannot be scaled to it"};
  }
  const ImageSize upright = WriteUpright(*scaled_, presentation.quarter_turns, pixels_);
  ++sent_;
  return WriteFrame(seconds, upright, std::as_bytes(std::span(pixels_)), write_) ? Next::kGoOn
                                                                                 : Next::kDone;
}

}  // namespace edgevlm
