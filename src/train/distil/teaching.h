// Teaching: what a teacher says about one sample, in the terms of its student.
#pragma once

#include "train/torch.h"

namespace edgevlm::train {

// Probabilities of the next token at R positions, in the student's vocabulary.
struct NextTokens {
  torch::Tensor ids;            // [R, K] int64; what a row does not use is 0
  torch::Tensor probabilities;  // [R, K]; 0 where a row is shorter
  torch::Tensor other;          // [R], of all tokens that are not among them

  std::int64_t rows() const { return ids.defined() ? ids.size(0) : 0; }
};

// Undefined: the teacher's outputs do not have it, or no loss needs it. Cells are the student's:
// what the teacher has for its own grid is resampled to them.
struct Teaching {
  torch::Tensor features;   // [P, E of the teacher]
  torch::Tensor mean;       // [E of the teacher]: the mean of its features
  NextTokens visual;        // at each image token, R = P
  torch::Tensor relations;  // [P, P] between image tokens (TeacherRecord::relations)
  torch::Tensor slots;      // [R] int64: where in [M, L] the tokens of `replies` are predicted
  NextTokens replies;
};

}  // namespace edgevlm::train
