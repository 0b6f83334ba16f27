#include "video/decoder/packet_decoder.h"

#include <utility>

#include "video/decoder/ffmpeg_input.h"
#include "video/frame_request.h"

namespace edgevlm {
namespace {

constexpr AVRational kMicros = {1, 1'000'000};
// No decoder holds so many.
constexpr int kMostWithoutFrame = 100;
constexpr int kMostRefused = 1000;

}  // namespace

std::int64_t PacketDecoder::Micros(std::int64_t ticks) const {
  return av_rescale_q(ticks, track_->time_base, kMicros);
}

MaybeError PacketDecoder::Open(const AVStream& track, const AVCodec* software, int threads,
                               bool is_rough, HardwareDecoder hardware) {
  track_ = &track;
  software_ = software;
  threads_ = threads;
  is_rough_ = is_rough;
  const AVCodecParameters& facts = *track.codecpar;
  const TrackFacts found = {facts.codec_id, facts.width, facts.height};
  if (hardware.codec != nullptr && hardware.facts == found && OpenFilter(hardware.packet_form)) {
    is_hardware_ = true;
    facts_ = found;
    codec_ = std::move(hardware.codec);
    codec_->pkt_timebase = track.time_base;
    const std::int64_t start = track.start_time == AV_NOPTS_VALUE ? 0 : track.start_time;
    constexpr int kReserveSeconds = 10;
    offset_ = av_rescale_q(kReserveSeconds, {1, 1}, track.time_base) - start;
    return std::nullopt;
  }
  return OpenSoftware();
}

MaybeError PacketDecoder::OpenSoftware() {
  const AVCodecParameters& facts = *track_->codecpar;
  codec_.reset(OrBadAlloc(avcodec_alloc_context3(software_)));
  const int copied = avcodec_parameters_to_context(codec_.get(), &facts);
  if (copied < 0) return FfmpegError("the facts of its codec", copied);
  codec_->pkt_timebase = track_->time_base;
  codec_->max_pixels = VideoLimits::kPixels;
  codec_->thread_count = threads_;
  // Each thread that decodes a frame of its own has a copy of its memory.
  constexpr std::int64_t kPixelsOf4K = 3840 * 2160;
  codec_->thread_type = std::int64_t{facts.width} * facts.height > kPixelsOf4K
                            ? FF_THREAD_SLICE
                            : FF_THREAD_FRAME | FF_THREAD_SLICE;
  if (is_rough_) codec_->skip_loop_filter = AVDISCARD_ALL;
  const int opened = avcodec_open2(codec_.get(), software_, nullptr);
  if (opened < 0) return FfmpegError("a codec that can be opened", opened);
  return std::nullopt;
}

bool PacketDecoder::OpenFilter(const char* name) {
  if (name == nullptr) return true;
  const AVBitStreamFilter* const kind = av_bsf_get_by_name(name);
  AVBSFContext* filter = nullptr;
  if (kind == nullptr || av_bsf_alloc(kind, &filter) < 0) return false;
  filter_.reset(filter);
  filter->time_base_in = track_->time_base;
  return avcodec_parameters_copy(filter->par_in, track_->codecpar) >= 0 && av_bsf_init(filter) >= 0;
}

void PacketDecoder::Keep(const AVPacket& packet) {
  kept_.emplace_back(OrBadAlloc(av_packet_clone(&packet)));
  kept_bytes_ += static_cast<std::size_t>(packet.size);
}

// Drops what a key frame that has been shown makes superfluous.
void PacketDecoder::Forget(const AVFrame& frame) {
  last_ = Micros(frame.best_effort_timestamp);
  without_frame_ = 0;
  std::size_t unneeded = 0;
  for (std::size_t i = 0; i < kept_.size(); ++i) {
    const bool is_key = (kept_[i]->flags & AV_PKT_FLAG_KEY) != 0;
    if (is_key && Micros(kept_[i]->pts) <= last_) unneeded = i;
  }
  for (; unneeded > 0; --unneeded) {
    kept_bytes_ -= static_cast<std::size_t>(kept_.front()->size);
    kept_.pop_front();
  }
}

int PacketDecoder::Send(const AVPacket* packet) {
  if (is_hardware_) return SendToHardware(packet);
  next_.emplace_back(packet == nullptr ? nullptr : av_packet_clone(packet));
  if (packet != nullptr && next_.back() == nullptr) return AVERROR(ENOMEM);
  return 0;
}

int PacketDecoder::SendToHardware(const AVPacket* packet) {
  if (packet == nullptr) {
    is_draining_ = true;
    next_.emplace_back(nullptr);
    return 0;
  }
  Keep(*packet);
  const bool is_too_much = kept_bytes_ > kKeptBytes || kept_.size() > kKeptPackets;
  // A device gives a frame the time of its packet.
  if (is_too_much || packet->pts == AV_NOPTS_VALUE) return SwitchToSoftware();
  ++without_frame_;
  PacketPtr filtered(OrBadAlloc(av_packet_clone(packet)));
  if (filter_ == nullptr) {
    filtered->pts += offset_;
    next_.push_back(std::move(filtered));
    return 0;
  }
  if (av_bsf_send_packet(filter_.get(), filtered.get()) < 0) return SwitchToSoftware();
  PacketPtr form(OrBadAlloc(av_packet_alloc()));
  while (av_bsf_receive_packet(filter_.get(), form.get()) == 0) {
    form->pts += offset_;
    next_.push_back(std::exchange(form, PacketPtr(OrBadAlloc(av_packet_alloc()))));
  }
  return 0;
}

// False: the device takes nothing.
bool PacketDecoder::SendNext() {
  const int sent = avcodec_send_packet(codec_.get(), next_.front().get());
  if (is_hardware_ && sent != 0) return sent == AVERROR(EAGAIN) && ++refused_ < kMostRefused;
  refused_ = 0;
  // A broken packet costs its frames only.
  if (sent != AVERROR(EAGAIN)) next_.pop_front();
  return true;
}

// Whether the device has given the frames of all packets.
bool PacketDecoder::IsComplete() const {
  for (const PacketPtr& packet : kept_) {
    if (Micros(packet->pts) > last_ + 1) return false;
  }
  return true;
}

bool PacketDecoder::HasFailed(int received, const AVFrame& frame) const {
  if (received == AVERROR(EAGAIN)) {
    const bool has_all = is_draining_ && next_.empty();
    return has_all || without_frame_ > kMostWithoutFrame;
  }
  if (received == AVERROR_EOF) return !is_draining_ || !IsComplete();
  if (received < 0) return true;
  return frame.buf[0] == nullptr || frame.width < facts_.width || frame.height < facts_.height ||
         sws_isSupportedInput(static_cast<AVPixelFormat>(frame.format)) == 0;
}

int PacketDecoder::SwitchToSoftware() {
  is_hardware_ = false;
  next_ = std::exchange(kept_, {});
  kept_bytes_ = 0;
  if (is_draining_) next_.emplace_back(nullptr);
  const auto error = OpenSoftware();
  if (!error) return 0;
  return error->code == ErrorCode::kTooLarge ? AVERROR(ENOMEM) : AVERROR_EXTERNAL;
}

// What the file says of a device's frame counts; devices give whole blocks.
void PacketDecoder::Describe(AVFrame& frame) const {
  const AVCodecParameters& track = *track_->codecpar;
  frame.pts = frame.best_effort_timestamp = frame.pts - offset_;
  if (track.color_range != AVCOL_RANGE_UNSPECIFIED) frame.color_range = track.color_range;
  frame.colorspace = track.color_space;
  frame.width = facts_.width;
  frame.height = facts_.height;
}

bool PacketDecoder::IsKnown(const AVFrame& frame) const {
  return frame.best_effort_timestamp != AV_NOPTS_VALUE && last_ != INT64_MIN &&
         Micros(frame.best_effort_timestamp) <= last_ + 1;
}

int PacketDecoder::Receive(AVFrame& frame) {
  while (true) {
    const int received = avcodec_receive_frame(codec_.get(), &frame);
    bool goes_on = true;
    if (is_hardware_ && HasFailed(received, frame)) {
      goes_on = false;
    } else if (is_hardware_ && received == 0) {
      Describe(frame);
      Forget(frame);
      return 0;
    } else if (received == 0 && !IsKnown(frame)) {
      return 0;
    } else if (received != 0) {
      if (received != AVERROR(EAGAIN) || next_.empty()) return received;
      goes_on = SendNext();
    }
    av_frame_unref(&frame);
    if (goes_on) continue;
    if (const int failed = SwitchToSoftware(); failed < 0) return failed;
  }
}

void PacketDecoder::Flush() {
  if (is_hardware_) return;
  next_.clear();
  avcodec_flush_buffers(codec_.get());
}

}  // namespace edgevlm
