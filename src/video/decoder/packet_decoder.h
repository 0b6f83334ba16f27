// PacketDecoder: packets of one track to frames, with the machine's decoder as long as it works.
#pragma once

#include <cstdint>
#include <deque>

#include "base/result.h"
#include "video/decoder/ffmpeg.h"
#include "video/decoder/hardware.h"

namespace edgevlm {

// When a device fails, software decodes what it still owes: the packets since the last key frame
// that it has shown are kept until then (kKeptBytes at most), and frames that it gave are left out.
class PacketDecoder {
 public:
  static constexpr std::size_t kKeptBytes = std::size_t{64} << 20;
  static constexpr std::size_t kKeptPackets = 4096;

  // software: the decoder that is used without hardware's. threads: that decode, in software.
  // is_rough: without the filter that smooths the edges of blocks. Errors: kCorrupt, kTooLarge.
  MaybeError Open(const AVStream& track, const AVCodec* software, int threads, bool is_rough,
                  HardwareDecoder hardware);

  // A packet, or null: none will follow. It is decoded by Receive. Errors: AVERROR(ENOMEM).
  int Send(const AVPacket* packet);

  // As avcodec_receive_frame.
  int Receive(AVFrame& frame);

  // Other packets will follow than those that are next. A device goes on with them.
  void Flush();

  // Which frames software may skip.
  void set_skipped(AVDiscard which) { codec_->skip_frame = which; }
  bool has_hardware() const { return is_hardware_; }
  const char* name() const { return codec_->codec->name; }

 private:
  MaybeError OpenSoftware();
  bool OpenFilter(const char* name);
  int SendToHardware(const AVPacket* packet);
  bool SendNext();
  bool HasFailed(int received, const AVFrame& frame) const;
  bool IsComplete() const;
  int SwitchToSoftware();
  void Keep(const AVPacket& packet);
  void Forget(const AVFrame& frame);
  void Describe(AVFrame& frame) const;
  // Whether the device has given it before.
  bool IsKnown(const AVFrame& frame) const;
  std::int64_t Micros(std::int64_t ticks) const;

  const AVStream* track_ = nullptr;
  const AVCodec* software_ = nullptr;
  int threads_ = 1;
  bool is_rough_ = false;
  CodecPtr codec_;
  std::deque<PacketPtr> next_;  // to be sent; null: none will follow
  bool is_draining_ = false;
  // Of frames before the switch, the last: those until then are left out.
  std::int64_t last_ = INT64_MIN;  // microseconds
  // Of hardware.
  bool is_hardware_ = false;
  TrackFacts facts_;
  BsfPtr filter_;  // may be null
  std::deque<PacketPtr> kept_;
  std::size_t kept_bytes_ = 0;
  int without_frame_ = 0;    // packets
  int refused_ = 0;          // times in a row
  std::int64_t offset_ = 0;  // ticks that make times positive, as devices need them
};

}  // namespace edgevlm
