#include "base/checked_copy.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace edgevlm {
namespace {

// Returns the number of bytes copied, from the start; -1 with errno.
ssize_t CopyByKernel(std::span<const std::byte> from, std::byte* to) {
  const iovec local{to, from.size()};
  const iovec remote{const_cast<std::byte*>(from.data()), from.size()};
  return process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
}

}  // namespace

bool CheckedCopy(std::span<const std::byte> from, std::byte* to) {
  while (!from.empty()) {
    const ssize_t copied = CopyByKernel(from, to);
    if (copied < 0 && errno != EFAULT) {  // not allowed, or no such call
      std::memcpy(to, from.data(), from.size());
      return true;
    }
    if (copied <= 0) return false;
    from = from.subspan(static_cast<std::size_t>(copied));
    to += copied;
  }
  return true;
}

bool CopiesAreChecked() {
  const std::byte from{1};
  std::byte to{0};
  return CopyByKernel(std::span(&from, 1), &to) == 1;
}

}  // namespace edgevlm
