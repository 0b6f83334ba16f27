#include "video/camera/camera_device.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "video/child_process.h"

namespace edgevlm {
namespace {

class SystemDevice final : public CameraDevice {
 public:
  explicit SystemDevice(OwnedFd fd) : fd_(std::move(fd)) {}
  SystemDevice(const SystemDevice&) = delete;
  SystemDevice& operator=(const SystemDevice&) = delete;
  ~SystemDevice() override {
    for (const auto& [address, bytes] : mapped_) munmap(address, bytes);
  }

  int Control(unsigned long request, void* argument) override {
    while (ioctl(fd_.get(), request, argument) != 0) {
      if (errno != EINTR) return errno;
    }
    return 0;
  }

  std::span<const std::byte> Map(std::size_t bytes, std::int64_t offset) override {
    void* const address = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd_.get(), offset);
    if (address == MAP_FAILED) return {};
    mapped_.emplace_back(address, bytes);
    return {static_cast<const std::byte*>(address), bytes};
  }

  bool Wait(int timeout_ms) override {
    pollfd waited = {.fd = fd_.get(), .events = POLLIN, .revents = 0};
    return poll(&waited, 1, timeout_ms) > 0;
  }

 private:
  OwnedFd fd_;
  std::vector<std::pair<void*, std::size_t>> mapped_;
};

}  // namespace

Result<std::unique_ptr<CameraDevice>> OpenCameraDevice(const std::string& path) {
  OwnedFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) {
    const int number = errno;
    return Error{number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                 path + ": cannot be opened: " + std::generic_category().message(number)};
  }
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0 || !S_ISCHR(status.st_mode)) {
    return Error{ErrorCode::kInvalid, path + ": expected a camera, found no device"};
  }
  return std::unique_ptr<CameraDevice>(std::make_unique<SystemDevice>(std::move(fd)));
}

}  // namespace edgevlm
