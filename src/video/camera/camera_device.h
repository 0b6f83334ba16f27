// CameraDevice: the calls by which a camera of this machine is read (Video4Linux 2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/result.h"

namespace edgevlm {

// Threads: one at a time.
class CameraDevice {
 public:
  virtual ~CameraDevice() = default;

  // ioctl(2). 0 or an errno.
  virtual int Control(unsigned long request, void* argument) = 0;

  // A buffer of the driver's, for as long as the device is open; empty if it cannot be mapped.
  virtual std::span<const std::byte> Map(std::size_t bytes, std::int64_t offset) = 0;

  // Whether a frame is there, or an error to be fetched, within this time.
  virtual bool Wait(int timeout_ms) = 0;
};

// Errors, which begin with the path: kNotFound, kIo, kInvalid (no device).
Result<std::unique_ptr<CameraDevice>> OpenCameraDevice(const std::string& path);

}  // namespace edgevlm
