// A library for LD_PRELOAD that plays a machine with an H.264 decoder, /dev/video99: a stateful
// Video4Linux 2 memory-to-memory device, as far as libavcodec asks it.
//
// It decodes nothing: for each packet it gives a white frame with the packet's time, in the order
// of times. Each request is first made to the kernel, about the file that stands for the device, so
// that a filter of system calls that rejects it is seen.
//
// V4L2_SHIM_FAILURE chooses what goes wrong (N is a number of frames or packets):
//   busy      it cannot be opened
//   size      it refuses the size
//   buffers   it has no memory for frames
//   packet:N  it takes no more than N packets
//   frame:N   it gives N frames and then an error
//   silent:N  it gives N frames and then nothing
//   crash:N   it gives N frames and then ends the program
//   end:N     it gives N frames and then says that these were all
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// The C library declares that poll only writes what it is given.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace {

constexpr const char* kName = "video99";
constexpr const char* kPath = "/dev/video99";
constexpr std::uint32_t kBytes = 1U << 28;
// Frames that are held back until it is known which comes first.
constexpr std::size_t kHeld = 4;
constexpr std::uint32_t kWhite = 235, kGray = 128;

template <class F>
F* Real(const char* name) {
  return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

struct Queue {
  std::uint32_t buffer_bytes = 0;
  std::uint32_t first_offset = 0;
  std::deque<v4l2_buffer> queued;  // by the program; done ones are taken from the front
  bool is_on = false;
};

struct Device {
  int fd = -1;
  std::uint32_t width = 0, height = 0;
  std::uint32_t used_bytes = 0;  // of the file
  Queue packets, frames;
  std::multiset<std::int64_t> times;  // microseconds
  bool is_draining = false;
  int taken = 0, given = 0;
  std::string failure;
  int limit = 0;
  std::byte* memory = nullptr;

  bool Fails(std::string_view kind, int count = 0) const {
    return failure == kind && count >= limit;
  }
};

Device& TheDevice() {
  static Device device;
  return device;
}

int OpenDevice() {
  const char* const wanted = std::getenv("V4L2_SHIM_FAILURE");
  const std::string_view text = wanted == nullptr ? "" : wanted;
  Device device;
  device.failure = text.substr(0, text.find(':'));
  if (text.find(':') != std::string_view::npos) {
    device.limit = std::atoi(wanted + text.find(':') + 1);
  }
  if (device.failure == "busy") return errno = EBUSY, -1;
  device.fd = memfd_create("device", MFD_CLOEXEC);
  if (ftruncate(device.fd, kBytes) != 0) return -1;
  device.memory = static_cast<std::byte*>(
      mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, device.fd, 0));
  TheDevice() = std::move(device);
  return TheDevice().fd;
}

Queue& QueueOf(std::uint32_t type) {
  Device& device = TheDevice();
  return type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE ? device.packets : device.frames;
}

std::uint32_t FrameBytes() { return TheDevice().width * TheDevice().height * 3 / 2; }

enum class Format { kTry, kGet, kSet };

int Negotiate(v4l2_format& format, Format what) {
  Device& device = TheDevice();
  v4l2_pix_format_mplane& facts = format.fmt.pix_mp;
  const bool is_output = format.type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
  if (is_output && what == Format::kSet) {
    if (device.failure == "size") return EINVAL;
    device.width = facts.width;
    device.height = facts.height;
  }
  const std::uint32_t wanted = is_output ? V4L2_PIX_FMT_H264 : V4L2_PIX_FMT_YUV420;
  if (!is_output && what != Format::kGet && facts.pixelformat != wanted) return EINVAL;
  if (what == Format::kTry) return 0;
  facts.pixelformat = wanted;
  facts.width = device.width;
  facts.height = device.height;
  facts.num_planes = 1;
  facts.plane_fmt[0].bytesperline = is_output ? 0 : device.width;
  constexpr std::uint32_t kPacketBytes = 1U << 20;
  facts.plane_fmt[0].sizeimage = is_output ? kPacketBytes : FrameBytes();
  QueueOf(format.type).buffer_bytes = facts.plane_fmt[0].sizeimage;
  return 0;
}

int RequestBuffers(v4l2_requestbuffers& request) {
  Device& device = TheDevice();
  Queue& queue = QueueOf(request.type);
  queue.queued.clear();
  if (&queue == &device.frames && device.failure == "buffers" && request.count > 0) return ENOMEM;
  constexpr std::uint32_t kPage = 4096;
  queue.buffer_bytes = (queue.buffer_bytes + kPage - 1) / kPage * kPage;
  queue.first_offset = device.used_bytes;
  device.used_bytes += queue.buffer_bytes * request.count;
  return device.used_bytes <= kBytes ? 0 : ENOMEM;
}

int QueryBuffer(v4l2_buffer& buffer) {
  const Queue& queue = QueueOf(buffer.type);
  buffer.length = 1;
  buffer.m.planes[0].length = queue.buffer_bytes;
  buffer.m.planes[0].m.mem_offset = queue.first_offset + buffer.index * queue.buffer_bytes;
  return 0;
}

int QueueBuffer(const v4l2_buffer& buffer) {
  Device& device = TheDevice();
  Queue& queue = QueueOf(buffer.type);
  if (&queue == &device.packets) {
    if (device.Fails("packet", device.taken)) return EIO;
    ++device.taken;
    device.times.insert(buffer.timestamp.tv_sec * 1'000'000 + buffer.timestamp.tv_usec);
  }
  queue.queued.push_back(buffer);
  return 0;
}

bool HasFrame() {
  const Device& device = TheDevice();
  return device.times.size() > (device.is_draining ? 0 : kHeld) && !device.frames.queued.empty();
}

bool IsAtEnd() {
  const Device& device = TheDevice();
  return device.is_draining && (device.times.empty() || device.Fails("end", device.given));
}

int GiveFrame(v4l2_buffer& buffer) {
  Device& device = TheDevice();
  if (device.Fails("frame", device.given)) return EIO;
  if (device.Fails("crash", device.given)) std::abort();
  if (IsAtEnd()) return EPIPE;
  if (!HasFrame()) return EAGAIN;
  v4l2_plane* const planes = buffer.m.planes;
  buffer = device.frames.queued.front();
  device.frames.queued.pop_front();
  buffer.m.planes = planes;
  std::byte* const pixels =
      device.memory + device.frames.first_offset + buffer.index * device.frames.buffer_bytes;
  const std::uint32_t luma = device.width * device.height;
  std::memset(pixels, kWhite, luma);
  std::memset(pixels + luma, kGray, luma / 2);
  planes[0] = {};
  planes[0].bytesused = FrameBytes();
  planes[0].length = device.frames.buffer_bytes;
  const std::int64_t time = *device.times.begin();
  device.times.erase(device.times.begin());
  buffer.timestamp.tv_sec = time / 1'000'000;
  buffer.timestamp.tv_usec = time % 1'000'000;
  buffer.flags = 0;
  ++device.given;
  return 0;
}

int TakeBack(v4l2_buffer& buffer) {
  Queue& queue = TheDevice().packets;
  if (queue.queued.empty()) return EAGAIN;
  v4l2_plane* const planes = buffer.m.planes;
  buffer = queue.queued.front();
  queue.queued.pop_front();
  buffer.m.planes = planes;
  planes[0] = {};
  planes[0].length = queue.buffer_bytes;
  return 0;
}

int Describe(v4l2_fmtdesc& format) {
  if (format.index > 0) return EINVAL;
  const bool is_output = format.type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
  format.pixelformat = is_output ? V4L2_PIX_FMT_H264 : V4L2_PIX_FMT_YUV420;
  return 0;
}

int Control(unsigned long request, void* argument) {
  Device& device = TheDevice();
  switch (request) {
    case VIDIOC_QUERYCAP:
      static_cast<v4l2_capability*>(argument)->capabilities =
          V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING;
      return 0;
    case VIDIOC_ENUM_FMT:
      return Describe(*static_cast<v4l2_fmtdesc*>(argument));
    case VIDIOC_TRY_FMT:
      return Negotiate(*static_cast<v4l2_format*>(argument), Format::kTry);
    case VIDIOC_G_FMT:
      return Negotiate(*static_cast<v4l2_format*>(argument), Format::kGet);
    case VIDIOC_S_FMT:
      return Negotiate(*static_cast<v4l2_format*>(argument), Format::kSet);
    case VIDIOC_S_SELECTION:
      return 0;
    case VIDIOC_G_SELECTION:
      static_cast<v4l2_selection*>(argument)->r = {0, 0, device.width, device.height};
      return 0;
    case VIDIOC_REQBUFS:
      return RequestBuffers(*static_cast<v4l2_requestbuffers*>(argument));
    case VIDIOC_QUERYBUF:
      return QueryBuffer(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_QBUF:
      return QueueBuffer(*static_cast<v4l2_buffer*>(argument));
    case VIDIOC_DQBUF: {
      auto& buffer = *static_cast<v4l2_buffer*>(argument);
      return buffer.type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE ? TakeBack(buffer)
                                                              : GiveFrame(buffer);
    }
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
      QueueOf(*static_cast<std::uint32_t*>(argument)).is_on = request == VIDIOC_STREAMON;
      return 0;
    case VIDIOC_DECODER_CMD:
      device.is_draining = true;
      return 0;
    case VIDIOC_SUBSCRIBE_EVENT:
      return 0;
    default:
      return ENOTTY;
  }
}

short ReadyEvents(short wanted) {
  const Device& device = TheDevice();
  int ready = POLLOUT | POLLWRNORM;
  const bool is_silent = device.Fails("silent", device.given);
  const bool has_frame = (HasFrame() && !is_silent) || IsAtEnd();
  if (has_frame && device.frames.is_on) ready |= POLLIN | POLLRDNORM;
  return static_cast<short>(wanted & ready);
}

DIR*& DevFolder() {
  static DIR* folder = nullptr;
  return folder;
}

template <class Entry>
Entry* NextEntry(DIR* folder, const char* real_name) {
  Entry* const entry = Real<Entry*(DIR*)>(real_name)(folder);
  if (entry != nullptr || folder != DevFolder()) return entry;
  DevFolder() = nullptr;  // once
  static Entry own = {};
  std::strcpy(own.d_name, kName);
  return &own;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  if (std::strcmp(path, kPath) == 0) return OpenDevice();
  va_list more;
  va_start(more, flags);
  const int mode = va_arg(more, int);
  va_end(more);
  return Real<int(const char*, int, ...)>("open")(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  if (std::strcmp(path, kPath) == 0) return OpenDevice();
  va_list more;
  va_start(more, flags);
  const int mode = va_arg(more, int);
  va_end(more);
  return Real<int(const char*, int, ...)>("open64")(path, flags, mode);
}

DIR* opendir(const char* path) {
  DIR* const folder = Real<DIR*(const char*)>("opendir")(path);
  if (std::strcmp(path, "/dev") == 0) DevFolder() = folder;
  return folder;
}

dirent* readdir(DIR* folder) { return NextEntry<dirent>(folder, "readdir"); }
dirent64* readdir64(DIR* folder) { return NextEntry<dirent64>(folder, "readdir64"); }

int ioctl(int fd, unsigned long request, ...) {
  va_list more;
  va_start(more, request);
  void* const argument = va_arg(more, void*);
  va_end(more);
  const int result = Real<int(int, unsigned long, ...)>("ioctl")(fd, request, argument);
  const bool is_filtered = result != 0 && errno == EPERM;
  if (fd != TheDevice().fd || is_filtered) return result;
  errno = Control(request, argument);
  return errno == 0 ? 0 : -1;
}

int poll(pollfd* fds, nfds_t count, int timeout) {
  const pollfd first = count > 0 ? fds[0] : pollfd{.fd = -1, .events = 0, .revents = 0};
  const bool is_device = count == 1 && first.fd >= 0 && first.fd == TheDevice().fd;
  const int result = Real<int(pollfd*, nfds_t, int)>("poll")(fds, count, is_device ? 0 : timeout);
  const bool is_filtered = result < 0 && errno == EPERM;
  if (!is_device || is_filtered) return result;
  fds[0] = first;
  fds[0].revents = ReadyEvents(first.events);
  // Where a device would wait for ever, it says that it is broken.
  if (fds[0].revents == 0 && timeout < 0) fds[0].revents = POLLERR;
  return fds[0].revents == 0 ? 0 : 1;
}

int close(int fd) {
  if (fd == TheDevice().fd && fd >= 0) TheDevice().fd = -1;
  return Real<int(int)>("close")(fd);
}

}  // extern "C"
