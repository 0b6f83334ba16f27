#include "base/checked_copy.h"

#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace edgevlm {

bool CheckedCopy(std::span<const std::byte> from, std::byte* to) {
  while (!from.empty()) {
    const iovec local{to, from.size()};
    const iovec remote{const_cast<std::byte*>(from.data()), from.size()};
    const ssize_t copied = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
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

}  // namespace edgevlm
