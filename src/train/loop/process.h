// What the process must be told before LibTorch starts.
#pragma once

namespace edgevlm::train {

// Sets, where the user has not: OMP_WAIT_POLICY=PASSIVE (spinning threads would take the cores from
// those that draw), an OPENBLAS_CORETYPE for CPUs newer than Debian's OpenBLAS knows (it would fall
// back to SSE3: a sixteenth of the speed), and malloc limits that keep large tensors from being
// mapped and zeroed anew in every step. The libraries read these when they are loaded, so the
// program starts itself again once.
void PrepareProcess(char** argv);

}  // namespace edgevlm::train
