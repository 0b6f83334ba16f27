// Workspace: memory for the activations of one forward pass after another.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tensor/view.h"

namespace edgevlm {

// A stack of matrices. It grows to what the largest pass needed and keeps that, so that later
// passes allocate nothing. Matrices start at multiples of 64 bytes; their values are whatever was
// there before. Threads: one at a time.
class Workspace {
 public:
  // A matrix [rows, cols], valid until Clear or a Rewind to before it. Throws std::bad_alloc.
  // REQUIRES: rows >= 0, cols >= 0.
  View<float> Alloc(int rows, int cols);

  // Gives everything back.
  void Clear() { top_ = {}; }

  // A place on the stack: Rewind(mark()) gives back what was taken between the two.
  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;  // values of that block
  };
  Mark mark() const { return top_; }
  void Rewind(const Mark& mark) { top_ = mark; }

 private:
  struct Free {
    void operator()(float* values) const;
  };
  struct Block {
    std::unique_ptr<float[], Free> values;
    std::size_t size = 0;
  };

  std::vector<Block> blocks_;
  Mark top_;
};

// Gives back, when it ends, what was taken since it began.
class WorkspaceScope {
 public:
  explicit WorkspaceScope(Workspace& workspace) : workspace_(workspace), mark_(workspace.mark()) {}
  ~WorkspaceScope() { workspace_.Rewind(mark_); }
  WorkspaceScope(const WorkspaceScope&) = delete;
  WorkspaceScope& operator=(const WorkspaceScope&) = delete;

 private:
  Workspace& workspace_;
  Workspace::Mark mark_;
};

}  // namespace edgevlm
