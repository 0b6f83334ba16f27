#include "video/decoder/ffmpeg_input.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace edgevlm {
namespace {

// Formats and protocols of streams. A stream that names files of this machine gets none.
constexpr const char* kStreamFormats =
    "rtsp,hls,mpegts,mpjpeg,mov,mp4,matroska,webm,flv,mpeg,h264,hevc,ogg";
constexpr const char* kStreamProtocols = "http,https,tls,tcp,udp,rtp,crypto";
constexpr int kBufferBytes = 1 << 16;

std::string Reason(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof(text));
  return text;
}

int ReadFile(void* opaque, std::uint8_t* bytes, int size) {
  const ssize_t count = read(*static_cast<int*>(opaque), bytes, static_cast<std::size_t>(size));
  if (count == 0) return AVERROR_EOF;
  return count > 0 ? static_cast<int>(count) : AVERROR(errno);
}

std::int64_t SeekFile(void* opaque, std::int64_t offset, int whence) {
  const int fd = *static_cast<int*>(opaque);
  if (whence == AVSEEK_SIZE) {
    struct stat status = {};
    return fstat(fd, &status) == 0 ? status.st_size : AVERROR(errno);
  }
  const off_t at = lseek(fd, offset, whence & ~AVSEEK_FORCE);
  return at >= 0 ? at : AVERROR(errno);
}

}  // namespace

Error FfmpegError(const std::string& expected, int error) {
  if (error == AVERROR(ENOMEM)) {
    return {ErrorCode::kTooLarge, "expected less memory for its frames, found too many pixels"};
  }
  return {ErrorCode::kCorrupt, "expected " + expected + ", found: " + Reason(error)};
}

double Ratio(AVRational ratio) { return ratio.num > 0 && ratio.den > 0 ? av_q2d(ratio) : 0; }

void FfmpegInput::ReadFromFile(AVFormatContext& format) {
  auto* const buffer = static_cast<std::uint8_t*>(OrBadAlloc(av_malloc(kBufferBytes)));
  is_pipe_ = lseek(fd_, 0, SEEK_CUR) < 0;
  io_.reset(OrBadAlloc(avio_alloc_context(buffer, kBufferBytes, 0, &fd_, ReadFile, nullptr,
                                          is_pipe_ ? nullptr : SeekFile)));
  format.pb = io_.get();
  format.flags |= AVFMT_FLAG_CUSTOM_IO;
}

AVDictionary* FfmpegInput::Options() const {
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", is_stream() ? kStreamFormats : formats_, 0);
  if (!is_stream()) return options;
  av_dict_set(&options, "protocol_whitelist", kStreamProtocols, 0);
  // Packets of UDP are lost where a network is busy, and frames with them.
  av_dict_set(&options, "rtsp_transport", "tcp", 0);
  return options;
}

MaybeError FfmpegInput::Open(const std::string& expected) {
  AVFormatContext* format = OrBadAlloc(avformat_alloc_context());
  if (!is_stream()) ReadFromFile(*format);
  AVDictionary* options = Options();
  // Frees the format if it fails.
  const int opened = avformat_open_input(&format, address_.c_str(), nullptr, &options);
  av_dict_free(&options);
  if (opened < 0) return FfmpegError(expected, opened);
  format_.reset(format);
  return std::nullopt;
}

Result<AVStream*> FfmpegInput::FindTrack(AVMediaType kind, const char* none,
                                         const AVCodec*& decoder) {
  const int known = avformat_find_stream_info(format_.get(), nullptr);
  if (known < 0) return FfmpegError("a track that can be read", known);
  const int index = av_find_best_stream(format_.get(), kind, -1, -1, &decoder, 0);
  if (index == AVERROR_DECODER_NOT_FOUND) {
    return Error{ErrorCode::kUnsupported,
                 "expected a codec that FFmpeg decodes, found an unknown one"};
  }
  if (index < 0 || (format_->streams[index]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0) {
    return Error{ErrorCode::kUnsupported, none};
  }
  for (unsigned i = 0; i < format_->nb_streams; ++i) {
    if (static_cast<int>(i) != index) format_->streams[i]->discard = AVDISCARD_ALL;
  }
  return format_->streams[index];
}

}  // namespace edgevlm
