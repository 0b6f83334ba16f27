#include "video/decoder/ffmpeg_file.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "video/decoder/ffmpeg_input.h"
#include "video/decoder/frame_sender.h"
#include "video/decoder/key_frames.h"
#include "video/decoder/packet_decoder.h"

namespace edgevlm {
namespace {

// Formats of one file. Not among them are those that name others (HLS, DASH, concat).
constexpr const char* kFormats =
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,mpegts,mpeg,flv,ogg,asf";
// Seeking pays beyond this: it begins to decode anew, and asks for parts of the file.
constexpr double kSeekSeconds = 1;
// Frames that no other refers to are skipped until so long before one that is wanted.
constexpr double kWholeSeconds = 0.5;
constexpr double kUsualRate = 25;

class FfmpegFile {
 public:
  FfmpegFile(FfmpegInput input, const FrameRequest& request, const WriteBytes& write)
      : input_(std::move(input)), request_(request), write_(write) {}

  // What a device could decode for this request, if all frames are to be decoded.
  std::optional<TrackFacts> Scout() {
    if (Open() || CheckSize()) return std::nullopt;
    const AVCodecParameters& facts = *stream_->codecpar;
    if (!IsForDevices(facts) || !UseKeyFrames() || has_only_keys_) return std::nullopt;
    return TrackFacts{.codec = facts.codec_id, .width = facts.width, .height = facts.height};
  }

  MaybeError Run(HardwareDecoder hardware) {
    if (auto error = Open()) return error;
    if (auto error = CheckSize()) return error;
    if (auto error = OpenDecoder(std::move(hardware))) return error;
    if (!WriteMessage(Info(), write_)) return std::nullopt;
    if (!request_.wants_frames || !UseKeyFrames()) {
      WriteMessage(VideoEnd{.seconds = Info().seconds}, write_);
      return std::nullopt;
    }
    sender_.emplace(request_, write_);
    TrySeek(0);
    return Decode();
  }

 private:
  AVFormatContext* format() const { return input_.format(); }

  MaybeError Open() {
    if (auto error = input_.Open(input_.is_stream() ? "a stream that can be opened"
                                                    : "a whole video file of a known format")) {
      return error;
    }
    const Result<AVStream*> track =
        input_.FindTrack(AVMEDIA_TYPE_VIDEO, MessageReader::kNoVideoTrack, codec_);
    if (!track) return track.error();
    stream_ = *track;
    start_ = stream_->start_time != AV_NOPTS_VALUE ? stream_->start_time : 0;
    return std::nullopt;
  }

  MaybeError CheckSize() const {
    const AVCodecParameters& facts = *stream_->codecpar;
    const std::int64_t pixels = std::int64_t{facts.width} * facts.height;
    if (facts.width < 1 || facts.height < 1) {
      return Error{ErrorCode::kCorrupt, "expected frames of a known size, found none"};
    }
    if (facts.width > VideoLimits::kSide || facts.height > VideoLimits::kSide ||
        pixels > VideoLimits::kPixels) {
      return Error{ErrorCode::kTooLarge, "expected frames of at most 8192 x 4320 pixels, found " +
                                             std::to_string(facts.width) + " x " +
                                             std::to_string(facts.height)};
    }
    return std::nullopt;
  }

  MaybeError OpenDecoder(HardwareDecoder hardware) {
    FindPresentation();
    return decoder_.Open(*stream_, codec_, request_.threads, request_.is_rough,
                         std::move(hardware));
  }

  void FindPresentation() {
    const double aspect = Ratio(av_guess_sample_aspect_ratio(format(), stream_, nullptr));
    constexpr double kMostAspect = 16;
    if (aspect >= 1 / kMostAspect && aspect <= kMostAspect) presentation_.pixel_aspect = aspect;
    const auto* const matrix = reinterpret_cast<const std::int32_t*>(
        av_stream_get_side_data(stream_, AV_PKT_DATA_DISPLAYMATRIX, nullptr));
    const double degrees = matrix == nullptr ? 0 : -av_display_rotation_get(matrix);
    if (std::isfinite(degrees)) {
      presentation_.quarter_turns = (static_cast<int>(std::lround(degrees / 90)) % 4 + 4) % 4;
    }
  }

  VideoInfo Info() const {
    VideoInfo info = {.width = stream_->codecpar->width, .height = stream_->codecpar->height};
    if (presentation_.quarter_turns % 2 == 1) std::swap(info.width, info.height);
    const double of_file = static_cast<double>(format()->duration) / AV_TIME_BASE;
    const double of_track = SecondsOf(stream_->duration);
    info.seconds = std::max({0.0, format()->duration != AV_NOPTS_VALUE ? of_file : 0.0,
                             stream_->duration != AV_NOPTS_VALUE ? of_track : 0.0});
    info.frames_per_second = Ratio(stream_->avg_frame_rate);
    info.codec = avcodec_get_name(stream_->codecpar->codec_id);
    info.decoder = decoder_.name();
    return info;
  }

  // False: there are too few for the request, which wants no others.
  bool UseKeyFrames() {
    const bool moves = request_.slack_seconds > 0 && !request_.times.empty();
    if (input_.is_stream() || (!moves && request_.enough_key_frames == 0)) return true;
    const std::vector<double> keys = KeyFrameTimes(format(), *stream_, start_);
    if (moves) MoveToKeyFrames(keys, request_);
    if (request_.enough_key_frames == 0) return true;
    has_only_keys_ = HasEnoughKeyFrames(keys, request_);
    return has_only_keys_ || request_.all_otherwise;
  }

  double SecondsOf(std::int64_t ticks) const {
    return static_cast<double>(ticks) * av_q2d(stream_->time_base);
  }

  double FrameSeconds() const {
    const double rate = Ratio(stream_->avg_frame_rate);
    return 1 / (rate > 0 ? rate : kUsualRate);
  }

  // Of a frame; without a time it follows the one before it. Never before that one.
  double TimeOf(const AVFrame& frame) const {
    const double next = has_time_ ? now_ + FrameSeconds() : 0;
    // The best guess takes the times of other packets where some are passed over.
    const std::int64_t ticks = has_only_keys_ ? frame.pts : frame.best_effort_timestamp;
    const double seconds = ticks == AV_NOPTS_VALUE ? next : SecondsOf(ticks - start_);
    return has_time_ ? std::max(seconds, now_) : std::max(seconds, 0.0);
  }

  // Whether reading goes on at a later key frame after seeking. Formats without an index are
  // searched for times, where there need be none; Matroska reads its index when it is sought in
  // first.
  bool HasKeyFrameAhead(double now, std::int64_t ticks) const {
    const int key = av_index_search_timestamp(stream_, ticks, AVSEEK_FLAG_BACKWARD);
    const AVIndexEntry* const entry = avformat_index_get_entry(stream_, key);
    if (entry != nullptr && SecondsOf(entry->timestamp - start_) > now) return true;
    return std::string_view(format()->iformat->name).starts_with("matroska");
  }

  std::int64_t TicksAt(double seconds) const {
    return start_ + static_cast<std::int64_t>(seconds / av_q2d(stream_->time_base));
  }

  bool PaysToSeek(double now, double wanted) const {
    return !input_.is_stream() && std::isfinite(wanted) && wanted - now >= kSeekSeconds &&
           HasKeyFrameAhead(now, TicksAt(wanted));
  }

  // Goes to the last key frame before the next wanted one, if that is ahead.
  void TrySeek(double now) {
    const double wanted = sender_->NextTime();
    // A device has no way to forget what it was given.
    if (wanted == sought_ || decoder_.has_hardware() || !PaysToSeek(now, wanted)) return;
    sought_ = wanted;
    const std::int64_t ticks = TicksAt(wanted);
    if (avformat_seek_file(format(), stream_->index, INT64_MIN, ticks, ticks, 0) < 0) return;
    decoder_.Flush();
    sender_->Forget();
    has_time_ = false;
  }

  void SkipUnwanted(const AVPacket& packet) {
    const double seconds = packet.pts == AV_NOPTS_VALUE ? now_ : SecondsOf(packet.pts - start_);
    const bool is_far = seconds < sender_->NextTime() - kWholeSeconds;
    decoder_.set_skipped(request_.is_rough || is_far ? AVDISCARD_NONREF : AVDISCARD_DEFAULT);
  }

  // Whether this key frame is all that is wanted of what follows it: it is wanted itself, and
  // reading goes on behind a later one. Else frames have to be decoded until the next one comes, in
  // the order in which they are shown.
  bool IsWantedAlone(const AVPacket& packet) const {
    const bool is_key = (packet.flags & AV_PKT_FLAG_KEY) != 0 && packet.pts != AV_NOPTS_VALUE;
    if (!is_key || request_.times.empty() || input_.is_stream()) return false;
    const double shown = SecondsOf(packet.pts - start_);
    const double until = shown + FrameSeconds();
    const double wanted = sender_->NextTime();
    if (wanted < shown || wanted >= until) return false;
    const double after = sender_->NextTime(until);
    return !std::isfinite(after) || PaysToSeek(shown, after);
  }

  // Takes what the decoder still holds, of which this key frame is the last.
  MaybeError TakeAlone() {
    decoder_.Send(nullptr);
    if (auto error = TakeFrames(Seek::kNo)) return error;
    decoder_.Flush();
    if (is_done_ || !has_time_) return std::nullopt;
    const auto next = sender_->ShowUntil(now_ + FrameSeconds());
    if (!next) return next.error();
    is_done_ = *next == FrameSender::Next::kDone;
    if (!is_done_) TrySeek(now_);
    return std::nullopt;
  }

  // Sends the packets one by one and takes the frames; the end of the file as a null packet. Broken
  // packets cost their frames only.
  MaybeError Decode() {
    const PacketPtr packet(OrBadAlloc(av_packet_alloc()));
    while (!is_done_) {
      const int read = av_read_frame(format(), packet.get());
      if (read < 0) break;
      const bool is_discarded = has_only_keys_ && (packet->flags & AV_PKT_FLAG_KEY) == 0;
      if (packet->stream_index == stream_->index && !is_discarded) {
        SkipUnwanted(*packet);
        const bool is_alone = IsWantedAlone(*packet);
        if (const int sent = decoder_.Send(packet.get()); sent < 0) {
          return FfmpegError("frames", sent);
        }
        if (auto error = is_alone ? TakeAlone() : TakeFrames()) return error;
      }
      av_packet_unref(packet.get());
    }
    if (!is_done_) {
      decoder_.Send(nullptr);
      if (auto error = TakeFrames()) return error;
    }
    return sender_->End(is_done_ || !has_time_ ? 0 : now_ + FrameSeconds());
  }

  enum class Seek { kNo, kIfItPays };

  MaybeError TakeFrames(Seek seek = Seek::kIfItPays) {
    while (!is_done_) {
      const int received = decoder_.Receive(*frame_);
      if (received == AVERROR(ENOMEM)) return FfmpegError("frames", received);
      if (received < 0) return std::nullopt;
      now_ = TimeOf(*frame_);
      has_time_ = true;
      const auto next = sender_->Add(now_, *frame_, presentation_);
      av_frame_unref(frame_.get());
      if (!next) return next.error();
      is_done_ = *next == FrameSender::Next::kDone;
      if (!is_done_ && seek == Seek::kIfItPays) TrySeek(now_);
    }
    return std::nullopt;
  }

  FfmpegInput input_;
  FrameRequest request_;
  const WriteBytes write_;
  AVStream* stream_ = nullptr;  // of the format
  const AVCodec* codec_ = nullptr;
  PacketDecoder decoder_;
  FramePtr frame_ = NewFrame();
  std::int64_t start_ = 0;  // ticks at 0 seconds
  Presentation presentation_;
  std::optional<FrameSender> sender_;  // once the file has been opened
  double now_ = 0;                     // of the last decoded frame
  double sought_ = -1;                 // the wanted time of the last seek
  // FFmpeg could discard the others itself, but MP4's times go wrong then.
  bool has_only_keys_ = false;
  bool has_time_ = false;
  bool is_done_ = false;
};

FfmpegInput InputOf(int fd, const char* address) {
  if (*address == '\0') return {fd, kFormats};
  avformat_network_init();
  return FfmpegInput(address);
}

}  // namespace

MaybeError DecodeWithFfmpeg(int fd, const char* address, const FrameRequest& request,
                            const WriteBytes& write, HardwareDecoder hardware) {
  return FfmpegFile(InputOf(fd, address), request, write).Run(std::move(hardware));
}

std::optional<TrackFacts> ScoutWithFfmpeg(int fd, const char* address,
                                          const FrameRequest& request) {
  return FfmpegFile(InputOf(fd, address), request, {}).Scout();
}

}  // namespace edgevlm
