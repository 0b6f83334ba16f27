// CheckedCopy: copies memory that may no longer be mapped.
#pragma once

#include <cstddef>
#include <span>

namespace edgevlm {

// Copies `from` to `to`, which has as many bytes. False when a part of it cannot be read because it
// lies in a mapped file that was truncated, where an ordinary read would end the process (SIGBUS).
// `to` is then undefined. The kernel does the copying (process_vm_readv); where a sandbox forbids
// that, the bytes are read directly. Threads: any. Cost: a system call, and some
// GB/s.
bool CheckedCopy(std::span<const std::byte> from, std::byte* to);

// Whether the kernel does the copying. If not (some sandboxes, QEMU's user mode), CheckedCopy
// copies without checking.
bool CopiesAreChecked();

}  // namespace edgevlm
