#include "video/decoder/hardware.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgevlm {
namespace {

struct HardwareCodec {
  AVCodecID codec;
  const char* decoder;
  const char* packet_form;
};

// Those that need no more than their packets. The filters write what MP4 keeps in its header, such
// as sizes, before the first packet.
constexpr std::array<HardwareCodec, 5> kCodecs = {
    {{AV_CODEC_ID_H264, "h264_v4l2m2m", "h264_mp4toannexb"},
     {AV_CODEC_ID_HEVC, "hevc_v4l2m2m", "hevc_mp4toannexb"},
     {AV_CODEC_ID_MPEG2VIDEO, "mpeg2_v4l2m2m", nullptr},
     {AV_CODEC_ID_VP8, "vp8_v4l2m2m", nullptr},
     {AV_CODEC_ID_VP9, "vp9_v4l2m2m", nullptr}}};

const HardwareCodec* Find(AVCodecID codec) {
  const auto found = std::ranges::find(kCodecs, codec, &HardwareCodec::codec);
  return found == kCodecs.end() ? nullptr : &*found;
}

bool IsDecoderDevice(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return false;
  v4l2_capability facts = {};
  const bool is_known = ioctl(fd, VIDIOC_QUERYCAP, &facts) == 0;
  close(fd);
  const auto capabilities =
      (facts.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? facts.device_caps : facts.capabilities;
  return is_known && (capabilities & (V4L2_CAP_VIDEO_M2M | V4L2_CAP_VIDEO_M2M_MPLANE)) != 0;
}

// The descriptors that are open, of the first ones.
std::vector<int> OpenDescriptors() {
  constexpr int kMost = 256;
  std::vector<int> open;
  for (int fd = 0; fd < kMost; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) open.push_back(fd);
  }
  return open;
}

}  // namespace

bool HasDecoderDevices() {
  DIR* const folder = opendir("/dev");
  if (folder == nullptr) return false;
  bool is_found = false;
  while (const dirent* const entry = is_found ? nullptr : readdir(folder)) {
    const std::string_view name = entry->d_name;
    is_found = name.starts_with("video") && IsDecoderDevice("/dev/" + std::string(name));
  }
  closedir(folder);
  return is_found;
}

bool IsForDevices(const AVCodecParameters& track) {
  return Find(track.codec_id) != nullptr &&
         (track.format == AV_PIX_FMT_YUV420P || track.format == AV_PIX_FMT_YUVJ420P);
}

HardwareDecoder OpenHardwareDecoder(const TrackFacts& facts) {
  const HardwareCodec* const entry = Find(facts.codec);
  const AVCodec* const codec =
      entry == nullptr ? nullptr : avcodec_find_decoder_by_name(entry->decoder);
  if (codec == nullptr) return {};
  CodecPtr context(OrBadAlloc(avcodec_alloc_context3(codec)));
  context->width = context->coded_width = facts.width;
  context->height = context->coded_height = facts.height;
  const std::vector<int> before = OpenDescriptors();
  if (avcodec_open2(context.get(), codec, nullptr) < 0) return {};
  std::vector<int> added;
  std::ranges::set_difference(OpenDescriptors(), before, std::back_inserter(added));
  // The filter of system calls has to know it.
  if (added.size() != 1) return {};
  return {.codec = std::move(context),
          .device = added[0],
          .facts = facts,
          .packet_form = entry->packet_form};
}

}  // namespace edgevlm
