// What the process must be told before LibTorch starts.
#pragma once

namespace edgevlm::train {

// Sets, where the user has not: one thread per operation (OMP_NUM_THREADS, OPENBLAS_NUM_THREADS;
// the trainer's replicas use the cores better), an OPENBLAS_CORETYPE for CPUs newer than Debian's
// OpenBLAS knows (it would fall back to SSE3: a sixteenth of the speed), and malloc limits that
// keep large tensors from being mapped and zeroed anew in every step. The libraries read these when
// they are loaded, so the program starts itself again once.
void PrepareProcess(char** argv);

}  // namespace edgevlm::train
