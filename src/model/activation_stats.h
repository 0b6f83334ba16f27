// ActivationStats: what the matrices of a model read, for importance matrices.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "gguf/importance_matrix.h"
#include "tensor/view.h"

namespace edgevlm {

// Sums of the squares of each input of every matrix. Threads: any number.
class ActivationStats {
 public:
  // Adds rows [T, K] that the tensor of this name multiplied. REQUIRES: the same K every time.
  void Add(const std::string& tensor, View<const float> x);

  // What was added so far; chunks and datasets are the caller's.
  ImportanceMatrix Matrix() const;

 private:
  struct Sums {
    std::vector<double> squares;  // [K]
    double rows = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Sums, std::less<>> sums_;
};

}  // namespace edgevlm
