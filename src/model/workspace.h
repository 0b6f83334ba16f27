// Workspace: memory for the activations of forward passes.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "profile/memory_counter.h"
#include "tensor/view.h"

namespace edgevlm {

// A stack of matrices. It grows to what the largest pass needed and keeps that, so that later
// passes allocate nothing. Matrices are aligned to 64 bytes and not initialized. Threads: one at a
// time.
class Workspace {
 public:
  // A matrix [rows, cols], valid until Clear or a Rewind to before it. Throws std::bad_alloc.
  // REQUIRES: rows >= 0, cols >= 0.
  View<float> Alloc(int rows, int cols);

  // The same with padding between rows where they would lie a multiple of 2 KiB apart: the same
  // columns of all rows would then fall into few sets of the L1 and L2 caches, and a product that
  // writes them panel by panel would evict its own lines. For matrices that are read row by row.
  View<float> AllocSpread(int rows, int cols);

  // Releases everything.
  void Clear() { Rewind({}); }

  // From now on counts what is in use in `counter`, which is not owned; null: nowhere. REQUIRES:
  // nothing is in use.
  void CountIn(MemoryCounter* counter);

  // A stack position: Rewind(mark()) releases what was allocated between the two calls.
  struct Mark {
    std::size_t block = 0;
    std::size_t used = 0;  // values of that block
    double counted = 0;    // bytes
  };
  Mark mark() const { return top_; }
  void Rewind(const Mark& mark);

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
  MemoryCounter* counter_ = nullptr;
};

// Releases, at the end of the scope, what was allocated in it.
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
