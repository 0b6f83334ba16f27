// CheckedCopy: reads memory that may be gone.
#pragma once

#include <cstddef>
#include <span>

namespace edgevlm {

// Copies `from` to `to`, which has as many bytes. False when a part of it can not be read: it lies
// in a mapped file that was cut short meanwhile, and touching it would end the process (SIGBUS).
// What `to` holds then is anything. The kernel does the copying; where a sandbox forbids it that
// (process_vm_readv), the bytes are touched after all. Threads: any. Cost: a system call, and some
// GB/s.
bool CheckedCopy(std::span<const std::byte> from, std::byte* to);

// Whether the kernel does the copying here. Where not (some sandboxes, QEMU's user mode),
// CheckedCopy copies but does not check.
bool CopiesAreChecked();

}  // namespace edgevlm
