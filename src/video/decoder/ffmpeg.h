// The parts of FFmpeg that the decoder uses, with owners.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <memory>
#include <new>

namespace edgevlm {

struct FfmpegDeleter {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
  void operator()(AVBSFContext* filter) const { av_bsf_free(&filter); }
  void operator()(AVFormatContext* format) const { avformat_close_input(&format); }
  void operator()(SwsContext* scaler) const { sws_freeContext(scaler); }
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
  void operator()(AVIOContext* io) const {
    av_freep(&io->buffer);
    avio_context_free(&io);
  }
};

using FramePtr = std::unique_ptr<AVFrame, FfmpegDeleter>;
using PacketPtr = std::unique_ptr<AVPacket, FfmpegDeleter>;
using CodecPtr = std::unique_ptr<AVCodecContext, FfmpegDeleter>;
using BsfPtr = std::unique_ptr<AVBSFContext, FfmpegDeleter>;
using FormatPtr = std::unique_ptr<AVFormatContext, FfmpegDeleter>;
using ScalerPtr = std::unique_ptr<SwsContext, FfmpegDeleter>;
using ResamplerPtr = std::unique_ptr<SwrContext, FfmpegDeleter>;
using IoPtr = std::unique_ptr<AVIOContext, FfmpegDeleter>;

// What FFmpeg returned, which is null only without memory.
template <class T>
T* OrBadAlloc(T* made) {
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

inline FramePtr NewFrame() { return FramePtr(OrBadAlloc(av_frame_alloc())); }

}  // namespace edgevlm
