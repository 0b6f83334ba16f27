// PrepareProcess: sets environment variables that LibTorch reads at startup.
#pragma once

namespace edgevlm::train {

// Sets, unless the user already did: the threads per operation (OMP_NUM_THREADS,
// OPENBLAS_NUM_THREADS; one in training, whose replicas use the cores better), an OPENBLAS_CORETYPE
// for CPUs that Debian's OpenBLAS does not know (it would fall back to SSE3, at a sixteenth of the
// speed), and malloc limits that prevent large tensors from being mapped and zeroed in every step.
// The libraries read these when they are loaded, so the program re-executes itself once.
void PrepareProcess(char** argv, int threads);

}  // namespace edgevlm::train
