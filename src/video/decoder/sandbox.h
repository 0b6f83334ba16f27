// What the program that decodes may still do, before it reads the first byte of a file.
#pragma once

namespace edgevlm {

struct SandboxLimits {
  int processor_seconds = 0;  // 0: no limit
  int memory_mib = 0;         // of addresses beyond those taken at the start; 0: no limit
  bool has_network = false;   // else only the descriptors that are open can be read
  int device = -1;            // a descriptor that frames may be decoded with; -1: none
};

// Ends with its parent, writes no files, and has limits of time and memory. Then, where the kernel
// filters system calls, nothing is left but memory, threads and the descriptors that are open: no
// files, no network, no other programs. With has_network, connections can be made and files be
// read, such as the certificates. With a device, what Video4Linux decodes with is left for its
// descriptor. Cannot be undone. Call it before the first thread starts.
void EnterSandbox(const SandboxLimits& limits);

}  // namespace edgevlm
