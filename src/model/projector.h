// Projector: from the features of the eye to embeddings that the decoder reads.
#pragma once

#include "model/run.h"
#include "model/workspace.h"
#include "tensor/view.h"

namespace edgevlm {

// Threads: const methods from any number of threads, each with its own workspace.
class Projector {
 public:
  virtual ~Projector() = default;

  virtual int inputs() const = 0;   // E
  virtual int outputs() const = 0;  // D

  //   features    [T, E], of one or several pictures
  //   embeddings  [T, D]
  // Takes and gives back memory of `workspace` on top of what is held there.
  virtual void Project(View<const float> features, View<float> embeddings, Workspace& workspace,
                       const Run& run) const = 0;
};

}  // namespace edgevlm
