#include "video/decoder/ffmpeg_sound.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>

#include "video/decoder/ffmpeg_input.h"
#include "video/decoder/sample_sender.h"

namespace edgevlm {
namespace {

// Formats of one file, as for videos, and those of sound alone.
constexpr const char* kFormats =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,ogg,asf,wav,w64,flac,mp3,aac,ac3,"
    "eac3,aiff,au,caf,amr,wv,ape,tta,dsf,voc";

class FfmpegSound {
 public:
  FfmpegSound(int fd, const SoundRequest& request, const WriteBytes& write)
      : input_(fd, kFormats), request_(request), write_(write), sender_(request, write) {}

  MaybeError Run() {
    if (auto error = input_.Open("a whole sound or video file of a known format")) return error;
    const Result<AVStream*> track =
        input_.FindTrack(AVMEDIA_TYPE_AUDIO, MessageReader::kNoSoundTrack, decoder_);
    if (!track) return track.error();
    stream_ = *track;
    if (auto error = OpenCodec()) return error;
    if (!WriteMessage(Info(), write_)) return std::nullopt;
    Seek();
    return Decode();
  }

 private:
  MaybeError OpenCodec() {
    const AVCodecParameters& facts = *stream_->codecpar;
    if (auto error = sender_.CheckLimits(facts.ch_layout.nb_channels, facts.sample_rate)) {
      return error;
    }
    codec_.reset(OrBadAlloc(avcodec_alloc_context3(decoder_)));
    const int copied = avcodec_parameters_to_context(codec_.get(), &facts);
    if (copied < 0) return FfmpegError("the facts of its codec", copied);
    codec_->pkt_timebase = stream_->time_base;
    const int opened = avcodec_open2(codec_.get(), decoder_, nullptr);
    if (opened < 0) return FfmpegError("a codec that can be opened", opened);
    start_ = StartTicks();
    if (request_.most_seconds > 0 && StatedSeconds() > request_.most_seconds) {
      return sender_.TooLong();
    }
    return std::nullopt;
  }

  // Ticks of the track at 0 seconds: where the video starts, or else the sound.
  std::int64_t StartTicks() const {
    const AVFormatContext& format = *input_.format();
    for (unsigned i = 0; i < format.nb_streams; ++i) {
      const AVStream& other = *format.streams[i];
      const bool is_video = other.codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                            (other.disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
      if (is_video && other.start_time != AV_NOPTS_VALUE) {
        return av_rescale_q(other.start_time, other.time_base, stream_->time_base);
      }
    }
    return stream_->start_time != AV_NOPTS_VALUE ? stream_->start_time : 0;
  }

  double SecondsOf(std::int64_t ticks) const {
    return static_cast<double>(ticks) * av_q2d(stream_->time_base);
  }

  // 0 if the file does not state it, or FFmpeg guesses it by the bit rate.
  double StatedSeconds() const {
    const AVFormatContext& format = *input_.format();
    if (format.duration_estimation_method == AVFMT_DURATION_FROM_BITRATE) return 0;
    if (stream_->duration != AV_NOPTS_VALUE) return std::max(0.0, SecondsOf(stream_->duration));
    if (format.duration == AV_NOPTS_VALUE) return 0;
    return std::max(0.0, static_cast<double>(format.duration) / AV_TIME_BASE);
  }

  TrackInfo Info() const {
    const AVCodecParameters& facts = *stream_->codecpar;
    return {.rate = facts.sample_rate,
            .channels = facts.ch_layout.nb_channels,
            .seconds = StatedSeconds(),
            .codec = avcodec_get_name(facts.codec_id)};
  }

  // To before the wanted part; what comes too early is not sent.
  void Seek() {
    if (request_.from_seconds == 0 || input_.is_pipe()) return;
    const double ticks = request_.from_seconds / av_q2d(stream_->time_base);
    constexpr double kMostTicks = 1e15;  // far from overflow
    const std::int64_t wanted = start_ + static_cast<std::int64_t>(std::min(ticks, kMostTicks));
    avformat_seek_file(input_.format(), stream_->index, INT64_MIN, wanted, wanted, 0);
  }

  // Broken packets cost their samples only.
  MaybeError Decode() {
    const PacketPtr packet(OrBadAlloc(av_packet_alloc()));
    while (!sender_.is_done() && av_read_frame(input_.format(), packet.get()) >= 0) {
      if (packet->stream_index == stream_->index) {
        if (auto error = TakeFrames(packet.get())) return error;
      }
      av_packet_unref(packet.get());
    }
    if (auto error = TakeFrames(nullptr)) return error;
    return sender_.End(has_frames_, ExpectedSeconds());
  }

  // packet: null at the end of the file.
  MaybeError TakeFrames(const AVPacket* packet) {
    if (sender_.is_done()) return std::nullopt;
    if (avcodec_send_packet(codec_.get(), packet) == AVERROR(ENOMEM)) throw std::bad_alloc();
    while (!sender_.is_done()) {
      const int received = avcodec_receive_frame(codec_.get(), frame_.get());
      if (received == AVERROR(ENOMEM)) throw std::bad_alloc();
      if (received < 0) return std::nullopt;
      has_frames_ = true;
      std::optional<double> seconds;
      if (frame_->best_effort_timestamp != AV_NOPTS_VALUE) {
        seconds = SecondsOf(frame_->best_effort_timestamp - start_);
      }
      auto error = sender_.Add(*frame_, seconds);
      av_frame_unref(frame_.get());
      if (error) return error;
    }
    return std::nullopt;
  }

  // How long the sound has to be, as a file that is cut would become half a transcript. Only MP4
  // states the length of each track; in others, the video may be longer than the sound.
  double ExpectedSeconds() const {
    const AVFormatContext& format = *input_.format();
    const bool states_tracks = std::string_view(format.iformat->name).starts_with("mov");
    const bool is_estimate = format.duration_estimation_method != AVFMT_DURATION_FROM_STREAM;
    if (is_estimate || input_.is_pipe() || (format.nb_streams > 1 && !states_tracks)) return 0;
    return StatedSeconds();
  }

  FfmpegInput input_;
  const SoundRequest request_;
  const WriteBytes write_;
  AVStream* stream_ = nullptr;  // of the input
  const AVCodec* decoder_ = nullptr;
  CodecPtr codec_;
  FramePtr frame_ = NewFrame();
  std::int64_t start_ = 0;  // ticks at 0 seconds
  SampleSender sender_;
  bool has_frames_ = false;
};

}  // namespace

MaybeError DecodeSound(int fd, const SoundRequest& request, const WriteBytes& write) {
  return FfmpegSound(fd, request, write).Run();
}

}  // namespace edgevlm
